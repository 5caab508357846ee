// SPDX-License-Identifier: BSD-2-Clause

// spinners has goroutines that each spend their time in a function of its own name, and
// says which: "spin3 21" for goroutine 21, then "ready". It ends when its standard
// input does.
//
//	spinners spin	eight that run, two of them locked to their threads
//	spinners wait	four in nanosleep(2), one of them locked, and two in read(2) of pipes
package main

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

const turn = 200000 // of spinning: less than a millisecond

var sum [8]uint64

func work(k int) {
	s := sum[k]
	for i := 0; i < turn; i++ {
		s = s*6364136223846793005 + uint64(i)
	}
	sum[k] = s
}

//go:noinline
func spin0() { work(0) }

//go:noinline
func spin1() { work(1) }

//go:noinline
func spin2() { work(2) }

//go:noinline
func spin3() { work(3) }

//go:noinline
func spin4() { work(4) }

//go:noinline
func spin5() { work(5) }

//go:noinline
func spin6() { work(6) }

//go:noinline
func spin7() { work(7) }

func nap() {
	t := syscall.Timespec{Nsec: 3000000}
	syscall.Nanosleep(&t, nil)
}

//go:noinline
func nap0() { nap() }

//go:noinline
func nap1() { nap() }

//go:noinline
func nap2() { nap() }

//go:noinline
func nap3() { nap() }

func get(fd int) {
	var b [1]byte
	if n, _ := syscall.Read(fd, b[:]); n != 1 {
		os.Exit(1)
	}
}

//go:noinline
func read0(fd int) { get(fd) }

//go:noinline
func read1(fd int) { get(fd) }

func goid() uint64 {
	b := make([]byte, 64)
	b = bytes.TrimPrefix(b[:runtime.Stack(b, false)], []byte("goroutine "))
	n, _ := strconv.ParseUint(string(b[:bytes.IndexByte(b, ' ')]), 10, 64)
	return n
}

// start begins a goroutine that does f for ever, and says its number.
func start(name string, locked bool, f func()) {
	started := make(chan bool)
	go func() {
		if locked {
			runtime.LockOSThread()
		}
		fmt.Println(name, goid())
		started <- true
		for {
			f()
			if !locked {
				// Let another thread have it now and then.
				runtime.Gosched()
			}
		}
	}()
	<-started
}

func spin() {
	spins := []func(){spin0, spin1, spin2, spin3, spin4, spin5, spin6, spin7}
	for k, f := range spins {
		start(fmt.Sprint("spin", k), k%4 == 1, f)
	}
}

func wait() {
	for k, f := range []func(){nap0, nap1, nap2, nap3} {
		start(fmt.Sprint("nap", k), k == 1, f)
	}
	for k, f := range []func(int){read0, read1} {
		var p [2]int
		if syscall.Pipe(p[:]) != nil {
			os.Exit(1)
		}
		from, f := p[0], f
		start(fmt.Sprint("read", k), false, func() { f(from) })
		go func() {
			for {
				time.Sleep(2 * time.Millisecond)
				syscall.Write(p[1], []byte{1})
			}
		}()
	}
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == "spin" {
		spin()
	} else if len(os.Args) == 2 && os.Args[1] == "wait" {
		wait()
	} else {
		fmt.Fprintln(os.Stderr, "usage: spinners spin|wait")
		os.Exit(2)
	}
	fmt.Println("ready")
	os.Stdin.Read(make([]byte, 1))
}
