// SPDX-License-Identifier: BSD-2-Clause

// The known chain (README.md) in Go as far as inner, which calls leaves in C.
package main

/*
#cgo CFLAGS: -O2 -g -fomit-frame-pointer
static volatile unsigned int sink = 1;

__attribute__((noinline)) static long hot(long n)
{
	for (long i = 0; i < n; i++)
		sink = sink * 1103515245 + 12345;
	return sink;
}

__attribute__((noinline)) static long warm(long n)
{
	for (long i = 0; i < n; i++)
		sink = sink * 1664525 + 1013904223;
	return sink;
}

__attribute__((noinline)) static long cool(long n)
{
	for (long i = 0; i < n; i++)
		sink = sink * 22695477 + 1;
	return sink;
}
*/
import "C"

import (
	"fmt"
	"os"
	"strconv"
	"time"
)

//go:noinline
func inner(n int) int {
	return int(C.hot(C.long(6*n))) + int(C.warm(C.long(3*n))) + int(C.cool(C.long(n)))
}

//go:noinline
func middle(n int) int {
	return inner(n) + 1
}

//go:noinline
func outer(n int) int {
	return middle(n) + 1
}

//go:noinline
func deep(depth, n int) int {
	if depth == 1 {
		return int(C.hot(C.long(n))) + 1
	}
	return deep(depth-1, n) + depth
}

//go:noinline
func root(end time.Time) int {
	sum := 0
	for time.Now().Before(end) {
		sum += outer(200000) + deep(20, 400000)
	}
	return sum
}

func main() {
	seconds := 3.0
	if len(os.Args) > 1 {
		seconds, _ = strconv.ParseFloat(os.Args[1], 64)
	}
	fmt.Println("ready")
	root(time.Now().Add(time.Duration(seconds * float64(time.Second))))
}
