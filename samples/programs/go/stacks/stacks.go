// SPDX-License-Identifier: BSD-2-Clause

// Goroutines whose threads keep changing stacks, each kind of change in a chain of
// functions of its own: stacks collect|measure|grow|park SECONDS. README.md has the chains.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"time"
)

var sink uint64
var kept [64][]byte

//go:noinline
func collects() {
	for i := range kept {
		kept[i] = make([]byte, 100000)
	}
	runtime.GC()
}

//go:noinline
func measures() {
	var m runtime.MemStats
	for i := 0; i < 50; i++ {
		runtime.ReadMemStats(&m)
		sink += m.Mallocs
	}
}

// Its frames are large enough for its stack to grow at every few calls.
//
//go:noinline
func deep(depth int) uint64 {
	var room [100]uint64
	for i := range room {
		room[i] = uint64(depth + i)
	}
	if depth == 0 {
		return room[7]
	}
	return deep(depth-1) + room[depth%100]
}

// A new stack each time: the runtime begins with a small one.
//
//go:noinline
func grower(done chan uint64) {
	done <- deep(80)
}

//go:noinline
func grows() {
	done := make(chan uint64)
	go grower(done)
	sink += <-done
}

//go:noinline
func parks() {
	for i := 0; i < 1000; i++ {
		runtime.Gosched()
	}
}

//go:noinline
func root(what func(), end time.Time) {
	for time.Now().Before(end) {
		what()
	}
}

func main() {
	kinds := map[string]func(){"collect": collects, "measure": measures, "grow": grows, "park": parks}
	if len(os.Args) != 3 || kinds[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: stacks collect|measure|grow|park SECONDS")
		os.Exit(2)
	}
	seconds, _ := strconv.ParseFloat(os.Args[2], 64)
	fmt.Println("ready")
	root(kinds[os.Args[1]], time.Now().Add(time.Duration(seconds*float64(time.Second))))
}
