// SPDX-License-Identifier: BSD-2-Clause

package main

import (
	"bytes"
	"runtime/pprof"
	"sync"
	"time"
)

// Who waits for a result that nobody will send. Each has a channel of its own.
func leakReceive() {
	p.Creator = 1
	often(func() { startReceive() })
}

//go:noinline
func startReceive() {
	go receiveForEver(make(chan int))
}

//go:noinline
func receiveForEver(result chan int) {
	leaked()
	<-result
}

// A request that gives up sooner than the one that it asked has an answer: each is made by
// a goroutine of its own, which ends.
func leakSend() {
	often(func() { go requestOnce() })
}

func requestOnce() {
	answer, gone := make(chan int), make(chan struct{})
	go sendForEver(answer, gone)
	select {
	case <-answer:
	case <-time.After(time.Millisecond):
	}
	close(gone)
}

//go:noinline
func sendForEver(answer chan int, gone chan struct{}) {
	<-gone
	leaked()
	answer <- 1
}

// Who held the lock has forgotten it.
func leakMutex() {
	var lock sync.Mutex
	p.Creator = 1
	lock.Lock()
	often(func() { startLock(&lock) })
}

//go:noinline
func startLock(lock *sync.Mutex) {
	go lockForEver(lock)
}

//go:noinline
func lockForEver(lock *sync.Mutex) {
	leaked()
	lock.Lock()
	lock.Unlock()
}

// The same, of readers.
func leakRWMutex() {
	var lock sync.RWMutex
	p.Creator = 1
	lock.Lock()
	often(func() { startReader(&lock) })
}

//go:noinline
func startReader(lock *sync.RWMutex) {
	go readForEver(lock)
}

//go:noinline
func readForEver(lock *sync.RWMutex) {
	leaked()
	lock.RLock()
	lock.RUnlock()
}

// Who waits for one of two things that nobody does any more.
func leakSelect() {
	p.Creator = 1
	often(func() { startSelect() })
}

//go:noinline
func startSelect() {
	go selectForEver(make(chan int), make(chan struct{}))
}

//go:noinline
func selectForEver(work chan int, quit chan struct{}) {
	leaked()
	select {
	case <-work:
	case <-quit:
	}
}

// A timer that was set far too late, and forgotten.
func leakTimer() {
	p.Creator = 1
	often(func() { startTimer() })
}

//go:noinline
func startTimer() {
	go waitForTimer(time.After(24 * time.Hour))
}

//go:noinline
func waitForTimer(timer <-chan time.Time) {
	leaked()
	<-timer
}

// One of those who were waited for did not say that it is done.
func leakGroup() {
	p.Creator = 1
	often(func() { startGroup() })
}

//go:noinline
func startGroup() {
	group := new(sync.WaitGroup)
	group.Add(2)
	go waitForGroup(group)
	go group.Done()
}

//go:noinline
func waitForGroup(group *sync.WaitGroup) {
	leaked()
	group.Wait()
}

// As leakReceive, and the runtime is asked again and again for what it finds of it: since
// 1.27, before that where it was built with the experiment goroutineleakprofile.
func leakFound() {
	p.Creator = 1
	profile := pprof.Lookup("goroutineleak")
	n := 0
	look := func() {
		if profile != nil {
			var to bytes.Buffer
			profile.WriteTo(&to, 0)
		}
	}
	often(func() {
		startReceive()
		if n++; n%8 == 0 {
			look()
		}
	})
	time.Sleep(100 * time.Millisecond)
	look()
}
