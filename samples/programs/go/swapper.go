// SPDX-License-Identifier: BSD-2-Clause

// swapper has goroutines that wait again and again at the same depth of the same stack,
// called now by one function and now by another: nothing but what stands on the stack tells
// where they are. Twenty times a second it wakes a third of them, and every fifth time it
// collects garbage. On SIGUSR1 it writes all goroutines, as the runtime itself prints them,
// to FILE, and says so; on SIGTERM it prints how often it woke one and ends.
//
//	swapper FILE [n=N] [seconds=N]
//
// n: how many there are (default 1000); seconds: for how long it wakes them (default 2).
package main

import (
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"
)

//go:noinline
func wait(gate chan int) { <-gate }

//go:noinline
func left(gate chan int) { wait(gate) }

//go:noinline
func right(gate chan int) { wait(gate) }

//go:noinline
func swap(gate chan int, turn int) {
	for ; ; turn++ {
		if turn%2 == 0 {
			left(gate)
		} else {
			right(gate)
		}
	}
}

//go:noinline
func spawn(n int) []chan int {
	gates := make([]chan int, n)
	for i := range gates {
		gates[i] = make(chan int)
		go swap(gates[i], i)
	}
	return gates
}

func dump(path string) {
	room := make([]byte, 16<<20)
	if err := os.WriteFile(path, room[:runtime.Stack(room, true)], 0o600); err != nil {
		panic(err)
	}
}

func options() (path string, n, seconds int) {
	n, seconds = 1000, 2
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: swapper FILE [n=N] [seconds=N]")
		os.Exit(2)
	}
	for _, arg := range os.Args[2:] {
		fmt.Sscanf(arg, "n=%d", &n)
		fmt.Sscanf(arg, "seconds=%d", &seconds)
	}
	return os.Args[1], n, seconds
}

func main() {
	path, n, seconds := options()
	gates := spawn(n)
	asked := make(chan os.Signal, 4)
	signal.Notify(asked, syscall.SIGUSR1, syscall.SIGTERM)
	tick := time.Tick(50 * time.Millisecond)
	fmt.Println("ready")
	for ticks, woken, chance := 0, 0, uint32(1); ; {
		select {
		case <-tick:
			ticks++
			if ticks > 20*seconds {
				continue
			}
			for _, gate := range gates {
				chance = chance*1664525 + 1013904223
				if chance>>16%3 == 0 {
					gate <- 1
					woken++
				}
			}
			if ticks%5 == 0 {
				runtime.GC()
			}
		case s := <-asked:
			if s == syscall.SIGTERM {
				fmt.Printf("{\"n\": %d, \"woken\": %d}\n", n, woken)
				return
			}
			dump(path)
			fmt.Println("dumped")
		}
	}
}
