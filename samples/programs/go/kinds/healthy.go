// SPDX-License-Identifier: BSD-2-Clause

package main

import (
	"sync"
	"time"
)

func work(jobs chan int) {
	for range jobs {
		time.Sleep(time.Millisecond)
	}
}

func workUntil(jobs chan int, quit chan struct{}) {
	for {
		select {
		case <-jobs:
			time.Sleep(time.Millisecond)
		case <-quit:
			return
		}
	}
}

// pool: n workers of four pools each. One has work now and then, one never; one was filled
// one after another, as work came, and is idle since; the last waits for two things.
func pool() {
	busy, idle, lazy, both := make(chan int), make(chan int), make(chan int), make(chan int)
	for i := 0; i < p.n; i++ {
		go work(busy)
		go work(idle)
	}
	p.Parked = 4 * p.n
	for i := 0; ; i++ {
		if i < p.n {
			go work(lazy)
			go workUntil(both, p.end)
		}
		select {
		case busy <- i:
		case <-p.end:
			return
		}
		time.Sleep(time.Second)
	}
}

// fan: twice a second a task is split among n, whose answers are gathered.
func fan() {
	for {
		select {
		case <-time.After(500 * time.Millisecond):
			go fanOut()
		case <-p.end:
			return
		}
	}
}

func fanOut() {
	var group sync.WaitGroup
	answers := make(chan int)
	for i := 0; i < p.n; i++ {
		group.Add(1)
		go func(i int) {
			defer group.Done()
			time.Sleep(time.Duration(i) * 200 * time.Millisecond)
			answers <- i
		}(i)
	}
	go func() {
		group.Wait()
		close(answers)
	}()
	for range answers {
	}
}

func tick(every time.Duration) {
	for range time.NewTicker(every).C {
	}
}

// ticker: n that do something every 7 seconds, and 4 every 10 minutes, which came one
// after another.
func ticker() {
	for i := 0; i < p.n; i++ {
		go tick(7 * time.Second)
	}
	for i := 0; i < 4; i++ {
		go tick(10 * time.Minute)
		time.Sleep(3 * time.Second)
	}
	p.Parked = p.n + 4
}

//go:noinline
func descend(n int, last chan int) int {
	if n <= 1 {
		return <-last
	}
	return descend(n-1, last) + 1
}

// deep: one with n calls, and ten with a tenth of it.
func deep() {
	last := make(chan int)
	p.Depth, p.Parked = p.n, 11
	go descend(p.n, last)
	for i := 0; i < 10; i++ {
		go descend(p.n/10, last)
	}
}

// parked: n that wait for the same word.
func parked() {
	word := make(chan int)
	p.Parked = p.n
	for i := 0; i < p.n; i++ {
		go work(word)
	}
}

// maps: a map that is never emptied, a thousand entries every 10 ms.
func maps() {
	seen := map[int][]byte{}
	for {
		select {
		case <-time.After(10 * time.Millisecond):
			for i := 0; i < 1000; i++ {
				remember(seen)
			}
		case <-p.stop:
			p.Entries = len(seen)
			return
		}
	}
}

//go:noinline
func remember(seen map[int][]byte) {
	seen[len(seen)] = make([]byte, 32)
}
