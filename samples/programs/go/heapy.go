// SPDX-License-Identifier: BSD-2-Clause

// heapy holds memory that is known, allocated at places that are known. On SIGUSR1 it
// writes the runtime's own heap profile to FILE, and what the runtime counts to
// FILE.counts (a name and a number a line), and says so; on SIGTERM it ends.
//
//	heapy FILE [rate=N] [grow=N] [churn=N] [collect=N]
//
// rate: runtime.MemProfileRate (default: the runtime's); grow: entries a second that are
// put into a map and never taken out; churn: MB a second that are allocated and dropped;
// collect: collections a second (at most 10) that are asked for.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"runtime/metrics"
	"runtime/pprof"
	"strings"
	"syscall"
	"time"
)

type node struct {
	left, right *node
	value       [6]int
}

var (
	buffers [][]byte
	words   []string
	trees   []*node
	table   = map[int]*node{}
	dropped []byte
)

// Inlined wherever it is called.
func buffer(size int) []byte { return make([]byte, size) }

func keep(b []byte) { buffers = append(buffers, b) }

//go:noinline
func small() {
	for i := 0; i < 40000; i++ {
		keep(buffer(100))
	}
}

//go:noinline
func middle() {
	for i := 0; i < 3000; i++ {
		keep(buffer(4096))
	}
}

//go:noinline
func large() {
	for i := 0; i < 24; i++ {
		keep(buffer(1 << 20))
	}
}

//go:noinline
func text() {
	for i := 0; i < 3000; i++ {
		words = append(words, strings.Repeat("word ", 300+i%7))
	}
}

//go:noinline
func tree(depth int) *node {
	if depth == 0 {
		return &node{}
	}
	return &node{left: tree(depth - 1), right: tree(depth - 1)}
}

//go:noinline
func deep(n int) []byte {
	if n == 0 {
		return buffer(3 << 20)
	}
	return deep(n - 1)
}

// What is allocated and freed again: half of it by each of two.
//
//go:noinline
func wasteA() {
	for i := 0; i < 2000; i++ {
		dropped = buffer(20000)
	}
}

//go:noinline
func wasteB() {
	for i := 0; i < 2000; i++ {
		dropped = make([]byte, 20000)
	}
}

//go:noinline
func grow(from, n int) {
	for i := from; i < from+n; i++ {
		table[i] = &node{}
	}
}

//go:noinline
func churn(mb int) {
	for i := 0; i < mb*16; i++ {
		dropped = make([]byte, 1<<16)
	}
}

func fill() {
	small()
	middle()
	large()
	text()
	for i := 0; i < 8; i++ {
		trees = append(trees, tree(12))
	}
	keep(deep(60))
	wasteA()
	wasteB()
	dropped = nil
	grow(-200000, 200000)
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// counts writes what runtime/metrics and MemStats know, as far as this version has it.
func counts(path string) {
	samples := []metrics.Sample{
		{Name: "/gc/cycles/total:gc-cycles"},
		{Name: "/gc/heap/goal:bytes"},
		{Name: "/gc/heap/live:bytes"},
		{Name: "/cpu/classes/gc/total:cpu-seconds"},
		{Name: "/cpu/classes/total:cpu-seconds"},
		{Name: "/sched/goroutines:goroutines"},
	}
	var stats runtime.MemStats

	metrics.Read(samples)
	runtime.ReadMemStats(&stats)
	text := fmt.Sprintf("pause_ns %d\nshare %.9f\nlast_wall_ns %d\nnum_gc %d\n", stats.PauseTotalNs,
		stats.GCCPUFraction, stats.LastGC, stats.NumGC)
	for i := uint32(0); i < stats.NumGC && i < 256; i++ {
		n := stats.NumGC - i
		text += fmt.Sprintf("cycle_%d %d\n", n, stats.PauseNs[(n+255)%256])
	}
	for _, s := range samples {
		switch s.Value.Kind() {
		case metrics.KindUint64:
			text += fmt.Sprintf("%s %d\n", s.Name, s.Value.Uint64())
		case metrics.KindFloat64:
			text += fmt.Sprintf("%s %.9f\n", s.Name, s.Value.Float64())
		}
	}
	check(os.WriteFile(path, []byte(text), 0o600))
}

func dump(path string) {
	file, err := os.Create(path)
	check(err)
	check(pprof.Lookup("heap").WriteTo(file, 0))
	check(file.Close())
	counts(path + ".counts")
}

func main() {
	var growing, churning, collecting int

	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: heapy FILE [rate=N] [grow=N] [churn=N] [collect=N]")
		os.Exit(2)
	}
	for _, arg := range os.Args[2:] {
		fmt.Sscanf(arg, "rate=%d", &runtime.MemProfileRate)
		fmt.Sscanf(arg, "grow=%d", &growing)
		fmt.Sscanf(arg, "churn=%d", &churning)
		fmt.Sscanf(arg, "collect=%d", &collecting)
	}
	fill()
	runtime.GC()
	runtime.GC()
	asked := make(chan os.Signal, 4)
	signal.Notify(asked, syscall.SIGUSR1, syscall.SIGTERM)
	var tick <-chan time.Time
	if growing+churning > 0 {
		tick = time.Tick(time.Second / 10)
	}
	fmt.Println("ready")
	for n, ticks := 0, 0; ; {
		select {
		case <-tick:
			grow(n, growing/10)
			n += growing / 10
			churn(churning / 10)
			if ticks++; collecting > 0 && ticks%(10/collecting) == 0 {
				runtime.GC()
			}
		case s := <-asked:
			if s == syscall.SIGTERM {
				return
			}
			dump(os.Args[1])
			fmt.Println("dumped")
		}
	}
}
