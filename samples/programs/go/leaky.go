// SPDX-License-Identifier: BSD-2-Clause

// leaky has goroutines in states that are known. On SIGUSR1 it writes all of them, as the
// runtime itself prints them, to FILE, and the heap profile to FILE.heap (a function, its
// bytes in use and allocated), and says so; on SIGTERM it prints how many it made and ends.
//
//	leaky FILE [parked=N] [rate=N]
//
// parked: how many of each kind there are from the beginning (default 100); rate: how
// many are leaked a second after that, on a channel that nobody sends to (default 0).
package main

import (
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"sync"
	"syscall"
	"time"
)

var (
	never  = make(chan int)
	full   = make(chan int, 3)
	other  = make(chan string)
	lock   sync.Mutex
	shared sync.RWMutex
	group  sync.WaitGroup
	keep   [][]byte
)

//go:noinline
func leakReceive() { <-never }

//go:noinline
func leakSend() { full <- 1 }

//go:noinline
func leakLock() {
	lock.Lock()
	defer lock.Unlock()
}

//go:noinline
func leakShared() {
	shared.RLock()
	defer shared.RUnlock()
}

//go:noinline
func leakSelect() {
	select {
	case <-never:
	case <-other:
	}
}

//go:noinline
func leakGroup() { group.Wait() }

//go:noinline
func leakTimer() { <-time.After(24 * time.Hour) }

//go:noinline
func leakSleep() { time.Sleep(24 * time.Hour) }

//go:noinline
func deep(n int) int {
	if n == 0 {
		<-never
		return 0
	}
	return deep(n-1) + 1
}

//go:noinline
func leakDeep() { deep(500) }

//go:noinline
func worker(jobs chan int) {
	for range jobs {
	}
}

var kinds = []struct {
	name string
	run  func()
}{
	{"receive", leakReceive},
	{"send", leakSend},
	{"lock", leakLock},
	{"shared", leakShared},
	{"select", leakSelect},
	{"group", leakGroup},
	{"timer", leakTimer},
	{"sleep", leakSleep},
}

//go:noinline
func spawn(n int) {
	for _, kind := range kinds {
		for i := 0; i < n; i++ {
			go kind.run()
		}
	}
}

//go:noinline
func spawnReceive(n int) {
	for i := 0; i < n; i++ {
		go leakReceive()
	}
}

//go:noinline
func allocate() {
	for i := 0; i < 1000; i++ {
		keep = append(keep, make([]byte, 10000))
	}
}

func dump(path string) {
	room := make([]byte, 1<<20)
	for {
		n := runtime.Stack(room, true)
		if n < len(room) {
			if err := os.WriteFile(path, room[:n], 0o600); err != nil {
				panic(err)
			}
			return
		}
		room = make([]byte, 2*len(room))
	}
}

// heap writes what the runtime's own profile says: bytes in use and allocated, by the
// function that is on top, in main.
func heap(path string) {
	records := make([]runtime.MemProfileRecord, 10000)
	n, _ := runtime.MemProfile(records, true)
	use, all := map[string]int64{}, map[string]int64{}
	for _, r := range records[:n] {
		frames := runtime.CallersFrames(r.Stack())
		for {
			f, more := frames.Next()
			if len(f.Function) > 5 && f.Function[:5] == "main." {
				use[f.Function] += r.InUseBytes()
				all[f.Function] += r.AllocBytes
				break
			}
			if !more {
				break
			}
		}
	}
	text := ""
	for name := range all {
		text += fmt.Sprintf("%s %d %d\n", name, use[name], all[name])
	}
	if err := os.WriteFile(path+".heap", []byte(text), 0o600); err != nil {
		panic(err)
	}
}

func options() (path string, parked, rate int) {
	parked = 100
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: leaky FILE [parked=N] [rate=N]")
		os.Exit(2)
	}
	for _, arg := range os.Args[2:] {
		fmt.Sscanf(arg, "parked=%d", &parked)
		fmt.Sscanf(arg, "rate=%d", &rate)
	}
	return os.Args[1], parked, rate
}

func main() {
	path, parked, rate := options()
	runtime.MemProfileRate = 4096
	lock.Lock()
	shared.Lock()
	group.Add(1)
	for len(full) < cap(full) {
		full <- 0
	}
	spawn(parked)
	go leakDeep()
	jobs := make(chan int, 8)
	for i := 0; i < 4; i++ {
		go worker(jobs)
	}
	allocate()
	runtime.GC()
	runtime.GC()
	asked := make(chan os.Signal, 4)
	signal.Notify(asked, syscall.SIGUSR1, syscall.SIGTERM)
	var tick <-chan time.Time
	if rate > 0 {
		tick = time.Tick(time.Second / time.Duration(rate))
	}
	fmt.Println("ready")
	for leaked := 0; ; {
		select {
		case <-tick:
			spawnReceive(1)
			leaked++
		case s := <-asked:
			if s == syscall.SIGTERM {
				fmt.Printf("{\"parked\": %d, \"kinds\": %d, \"leaked\": %d}\n", parked, len(kinds), leaked)
				return
			}
			heap(path)
			dump(path)
			fmt.Println("dumped")
		}
	}
}
