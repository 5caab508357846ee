// SPDX-License-Identifier: BSD-2-Clause

// waiters has goroutines whose time passes in ways that are known: 100 wait for a
// channel, 20 sleep, 4 spin, 10 take turns with a lock that each holds while it sleeps
// for 20 to 60 ms, and main reads standard input, until that ends. It says "ready"; at
// the end it prints how many of them did what, on average over the time, a line each:
// "receive 100.000". Who neither waits for the lock nor sleeps with it counts as one
// that spins: it wants a CPU.
//
//	waiters [FILE] [spin=N]
//
// FILE: the runtime's own profile of goroutines, at the end. spin: how many spin
// (default 4).
package main

import (
	"fmt"
	"math/rand"
	"os"
	"runtime"
	"runtime/pprof"
	"sync"
	"sync/atomic"
	"time"
)

var (
	never = make(chan int)
	lock  sync.Mutex
	wait  clock // of those that wait for the lock,
	with  clock // and those that sleep with it
	born  = time.Now()
	sum   [16]uint64
)

// clock adds up the time of those that are in it.
type clock struct{ n, ns int64 }

func (c *clock) enter() {
	atomic.AddInt64(&c.ns, -int64(time.Since(born)))
	atomic.AddInt64(&c.n, 1)
}

func (c *clock) leave() {
	atomic.AddInt64(&c.n, -1)
	atomic.AddInt64(&c.ns, int64(time.Since(born)))
}

func (c *clock) read(now time.Duration) float64 {
	return float64(atomic.LoadInt64(&c.ns) + atomic.LoadInt64(&c.n)*int64(now))
}

//go:noinline
func receive() { <-never }

//go:noinline
func sleep() { time.Sleep(24 * time.Hour) }

//go:noinline
func spin(k int) {
	for {
		sum[k] = sum[k]*6364136223846793005 + 1
	}
}

//go:noinline
func take() {
	wait.enter()
	lock.Lock()
	wait.leave()
}

//go:noinline
func hold(d time.Duration) {
	with.enter()
	time.Sleep(d)
	with.leave()
}

//go:noinline
func pile(seed int64) {
	random := rand.New(rand.NewSource(seed))
	for {
		take()
		hold(20*time.Millisecond + time.Duration(random.Intn(40000000)))
		lock.Unlock()
	}
}

func profile(path string) {
	file, err := os.Create(path)
	if err == nil {
		err = pprof.Lookup("goroutine").WriteTo(file, 0)
	}
	if err == nil {
		err = file.Close()
	}
	if err != nil {
		panic(err)
	}
}

func main() {
	path, spins := "", 4
	for _, arg := range os.Args[1:] {
		if n, _ := fmt.Sscanf(arg, "spin=%d", &spins); n == 0 {
			path = arg
		}
	}
	runtime.GOMAXPROCS(2)
	for i := 0; i < 100; i++ {
		go receive()
	}
	for i := 0; i < 20; i++ {
		go sleep()
	}
	for i := 0; i < 10; i++ {
		go pile(int64(i))
	}
	for i := 0; i < spins; i++ {
		go spin(i)
	}
	time.Sleep(100 * time.Millisecond)
	begin := time.Since(born)
	waited, slept := wait.read(begin), with.read(begin)
	fmt.Println("ready")
	os.Stdin.Read(make([]byte, 1))
	end := time.Since(born)
	waited = (wait.read(end) - waited) / float64(end-begin)
	slept = (with.read(end) - slept) / float64(end-begin)
	if path != "" {
		profile(path)
	}
	fmt.Printf("receive 100\nsleep %.3f\nlock %.3f\nspin %.3f\nsyscall 1\ntotal %d\n",
		20+slept, waited, float64(spins)+10-waited-slept, 100+20+10+spins+1)
}
