// SPDX-License-Identifier: BSD-2-Clause

// Go and C by turns: cstacks c|back|again|thread SECONDS. The C has no frame pointers, and
// uses their register for other things. README.md has the chains.
package main

/*
#cgo CFLAGS: -O2 -fomit-frame-pointer
long c_outer(long n);
long c_calls_back(long n);
void c_on_thread(long n);
*/
import "C"

import (
	"fmt"
	"os"
	"strconv"
	"time"
)

var sink uint64

//go:noinline
func hot(n int) uint64 {
	x := uint64(1)
	for i := 0; i < n; i++ {
		x = x*6364136223846793005 + 1442695040888963407
	}
	return x
}

//export goCalled
func goCalled(n C.long) C.long {
	return C.long(hot(int(n)))
}

//export goCallsAgain
func goCallsAgain(n C.long) C.long {
	return C.c_outer(n)
}

//go:noinline
func calls() {
	sink += uint64(C.c_outer(200000))
}

//go:noinline
func isCalled() {
	sink += uint64(C.c_calls_back(200000))
}

//go:noinline
func callsAgain() {
	sink += uint64(C.c_calls_back(-200000))
}

//go:noinline
func onThread() {
	C.c_on_thread(200000)
}

//go:noinline
func root(what func(), end time.Time) {
	for time.Now().Before(end) {
		what()
	}
}

func main() {
	kinds := map[string]func(){"c": calls, "back": isCalled, "again": callsAgain,
		"thread": onThread}
	if len(os.Args) != 3 || kinds[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: cstacks c|back|again|thread SECONDS")
		os.Exit(2)
	}
	seconds, _ := strconv.ParseFloat(os.Args[2], 64)
	fmt.Println("ready")
	root(kinds[os.Args[1]], time.Now().Add(time.Duration(seconds*float64(time.Second))))
}
