// SPDX-License-Identifier: BSD-2-Clause

// survivor has N goroutines that wait, says "ready", and on SIGUSR1 does what makes it hard
// to read it from outside:
//
//	survivor N wait              nothing
//	survivor N exit              ends
//	survivor N exec PROGRAM...   becomes PROGRAM
//	survivor N children          runs a program after the other, for two seconds
//	survivor N stacks            lets the goroutines' stacks grow and shrink, for three seconds
//	survivor N memory            takes memory until there is none
package main

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

var (
	never = make(chan int)
	deal  = make(chan chan int)
	turns []chan int
	kept  [][]byte
)

//go:noinline
func wait() { <-never }

// deeper comes back with its stack grown to some 50 KiB, so that a collection shrinks it.
//
//go:noinline
func deeper(n int) int {
	var room [256]byte
	if n == 0 {
		return len(room)
	}
	room[n] = byte(n)
	return deeper(n-1) + int(room[n])
}

//go:noinline
func takeTurns() {
	for range <-deal {
		deeper(150)
	}
}

func growAndShrink() {
	end := time.Now().Add(3 * time.Second)
	for i := 0; time.Now().Before(end); i++ {
		if i%4 == 0 {
			for _, t := range turns {
				t <- i
			}
		}
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
}

func runChildren() int {
	n := 0
	for end := time.Now().Add(2 * time.Second); time.Now().Before(end); n++ {
		if err := exec.Command("/bin/true").Run(); err != nil {
			panic(err)
		}
	}
	return n
}

func takeMemory() {
	for {
		room := make([]byte, 1<<20)
		for i := 0; i < len(room); i += 4096 {
			room[i] = 1
		}
		kept = append(kept, room)
		time.Sleep(time.Millisecond)
	}
}

func main() {
	n, err := strconv.Atoi(os.Args[1])
	if err != nil {
		panic(err)
	}
	for i := 0; i < n; i++ {
		if os.Args[2] == "stacks" {
			turns = append(turns, make(chan int))
			go takeTurns()
			deal <- turns[i]
		} else {
			go wait()
		}
	}
	now := make(chan os.Signal, 1)
	signal.Notify(now, syscall.SIGUSR1)
	time.Sleep(100 * time.Millisecond)
	fmt.Println("ready")
	<-now
	switch os.Args[2] {
	case "exit":
	case "exec":
		panic(syscall.Exec(os.Args[3], os.Args[3:], os.Environ()))
	case "children":
		fmt.Println("children", runChildren())
	case "stacks":
		growAndShrink()
	case "memory":
		takeMemory()
	default:
		time.Sleep(time.Hour)
	}
}
