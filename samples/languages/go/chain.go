// SPDX-License-Identifier: BSD-2-Clause

// The known chain (README.md) in Go: a method, an interface, a closure, in the main
// goroutine and in one that it starts.
package main

import (
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"
)

//go:noinline
func hot(n int) uint32 {
	x := uint32(1)
	for i := 0; i < n; i++ {
		x = x*1103515245 + 12345
	}
	return x
}

//go:noinline
func warm(n int) uint32 {
	x := uint32(1)
	for i := 0; i < n; i++ {
		x = x*1664525 + 1013904223
	}
	return x
}

//go:noinline
func cool(n int) uint32 {
	x := uint32(1)
	for i := 0; i < n; i++ {
		x = x*22695477 + 1
	}
	return x
}

type worker interface{ inner(n int) uint32 }

type plain struct{ calls int }

//go:noinline
func (p *plain) inner(n int) uint32 {
	p.calls++
	return hot(6*n) + warm(3*n) + cool(n)
}

//go:noinline
func middle(w worker, n int) uint32 {
	return w.inner(n) + 1
}

//go:noinline
func outer(f func() uint32) uint32 {
	return f() + 1
}

//go:noinline
func deep(depth, n int) uint32 {
	if depth == 1 {
		return hot(n) + 1
	}
	return deep(depth-1, n) + uint32(depth)
}

//go:noinline
func root(end time.Time) uint32 {
	w := &plain{}
	sum := uint32(0)
	for time.Now().Before(end) {
		sum += outer(func() uint32 { return middle(w, 1000000) })
		sum += deep(20, 2000000)
	}
	return sum
}

func main() {
	seconds := 3.0
	if len(os.Args) > 1 {
		seconds, _ = strconv.ParseFloat(os.Args[1], 64)
	}
	end := time.Now().Add(time.Duration(seconds * float64(time.Second)))
	var group sync.WaitGroup

	fmt.Println("ready")
	group.Add(1)
	go func() {
		defer group.Done()
		root(end)
	}()
	root(end)
	group.Wait()
}
