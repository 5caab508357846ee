// SPDX-License-Identifier: BSD-2-Clause

// kinds leaks goroutines in one way that is known, or is sound and looks as if it leaked.
//
//	kinds KIND [rate=N] [n=N]
//
// rate: how many are leaked a second; n: how many there are from the beginning, where a
// kind has a number. It says "ready"; at SIGUSR1 it stops leaking, what leaked stays. At
// SIGTERM it prints its truth as JSON and ends.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"sort"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// truth is what the program knows of itself; an empty text or 0: there is none.
type truth struct {
	Kind      string  `json:"kind"`
	Go        string  `json:"go"`
	Pid       int     `json:"pid"`
	Seconds   float64 `json:"seconds"`
	Rate      float64 `json:"rate"`       // leaked a second, as it was asked for
	Leaked    int     `json:"leaked"`     // goroutines that wait for ever
	CreatedAt string  `json:"created_at"` // file:line of the go statement that made them,
	CreatedIn string  `json:"created_in"` // and its function
	BlockedAt string  `json:"blocked_at"` // file:line where they wait,
	BlockedIn string  `json:"blocked_in"`
	Creator   int     `json:"creator"` // the goroutine that made all of them
	Parked    int     `json:"parked"`  // goroutines that wait, and are meant to
	Depth     int     `json:"depth"`   // calls of the deepest of these
	Entries   int     `json:"entries"` // of a map that grows
}

type program struct {
	sync.Mutex
	truth
	n    int
	stop chan struct{}
	end  chan struct{}
}

var p = program{stop: make(chan struct{}), end: make(chan struct{})}

type kind struct {
	run  func()
	rate float64
	n    int
	late bool // ready only when it has run
}

var kinds = map[string]kind{
	"receive": {leakReceive, 2, 0, false},
	"send":    {leakSend, 2, 0, false},
	"mutex":   {leakMutex, 2, 0, false},
	"rwmutex": {leakRWMutex, 2, 0, false},
	"select":  {leakSelect, 2, 0, false},
	"timer":   {leakTimer, 2, 0, false},
	"group":   {leakGroup, 2, 0, false},
	"http":    {leakHTTP, 2, 0, false},
	"minute":  {leakReceive, 1.0 / 60, 0, false},
	"found":   {leakFound, 2, 0, false},

	"pool":   {pool, 0, 16, false},
	"fan":    {fan, 0, 8, false},
	"polls":  {polls, 0, 12, false},
	"server": {server, 0, 24, false},
	"ticker": {ticker, 0, 20, false},
	"deep":   {deep, 0, 900, true},
	"parked": {parked, 0, 100000, true},
	"maps":   {maps, 0, 0, false},
}

// leaked is called by a goroutine on the line before the one where it will wait for ever.
func leaked() {
	pc, file, line, _ := runtime.Caller(1)
	p.Lock()
	defer p.Unlock()
	p.Leaked++
	if p.BlockedAt != "" {
		return
	}
	p.BlockedAt = fmt.Sprintf("%s:%d", file, line+1)
	p.BlockedIn = runtime.FuncForPC(pc).Name()
	// "created by main.main in goroutine 1", and below it "\tfile:line +0x20".
	lines := strings.Split(strings.TrimSpace(string(debug.Stack())), "\n")
	made := strings.TrimPrefix(lines[len(lines)-2], "created by ")
	p.CreatedIn = strings.Split(made, " ")[0]
	p.CreatedAt = strings.Split(strings.TrimSpace(lines[len(lines)-1]), " ")[0]
}

// often calls fn at the rate until it shall stop; the first time at half of the time between two.
func often(fn func()) {
	pause := time.Duration(float64(time.Second) / p.Rate)
	next := time.Now().Add(pause / 2)
	for {
		select {
		case <-time.After(time.Until(next)):
			fn()
			next = next.Add(pause)
		case <-p.stop:
			return
		}
	}
}

func listen() {
	asked := make(chan os.Signal, 4)
	signal.Notify(asked, syscall.SIGUSR1, syscall.SIGTERM)
	go func() {
		// The two may come in any order.
		if s := <-asked; s != syscall.SIGTERM {
			close(p.stop)
			<-asked
		} else {
			close(p.stop)
		}
		close(p.end)
	}()
}

func usage() {
	var names []string
	for name := range kinds {
		names = append(names, name)
	}
	sort.Strings(names)
	fmt.Fprintln(os.Stderr, "usage: kinds KIND [rate=N] [n=N]; kinds:", strings.Join(names, " "))
	os.Exit(2)
}

func options() kind {
	if len(os.Args) < 2 {
		usage()
	}
	k, ok := kinds[os.Args[1]]
	if !ok {
		usage()
	}
	p.Kind, p.Rate, p.n = os.Args[1], k.rate, k.n
	for _, arg := range os.Args[2:] {
		name, value := arg, ""
		if i := strings.IndexByte(arg, '='); i >= 0 {
			name, value = arg[:i], arg[i+1:]
		}
		number, err := strconv.ParseFloat(value, 64)
		switch {
		case err != nil || number <= 0:
			usage()
		case name == "rate" && k.rate != 0:
			p.Rate = number
		case name == "n":
			p.n = int(number)
		}
	}
	return k
}

func main() {
	k := options()
	begin := time.Now()
	p.Go, p.Pid = runtime.Version(), os.Getpid()
	listen()
	if !k.late {
		fmt.Println("ready")
	}
	k.run()
	if k.late {
		fmt.Println("ready")
	}
	<-p.end
	p.Lock()
	p.Seconds = time.Since(begin).Seconds()
	text, err := json.Marshal(&p.truth)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(text))
}
