// SPDX-License-Identifier: BSD-2-Clause

// go_server is what bench/go_server.pl records: an HTTP server with goroutines that wait
// for ever, and the load on it and on the programs of bench/go_real.pl.
//
//	go_server serve N [beat]     prints its port; N goroutines wait
//	go_server load URL N [BODY]  N connections, each asks again as soon as it has an answer
//
// /work is what the load asks for. /stats says how many requests were answered, the CPU
// time taken, and, with beat, for how long at most a goroutine that wants to run five
// thousand times a second did not, since /stats was last asked. /dump has the runtime print
// all goroutines and says how long that took, and the same of it.
//
// BODY is posted. PAUSE, in the environment, is how long a connection waits before it asks
// again. A load that is ended by SIGTERM prints how many answers it got.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

type item struct {
	ID    int      `json:"id"`
	Name  string   `json:"name"`
	Price float64  `json:"price"`
	Tags  []string `json:"tags"`
}

var (
	never    = make(chan int)
	answered uint64
	longest  int64
)

//go:noinline
func wait() { <-never }

func work(w http.ResponseWriter, r *http.Request) {
	items := make([]item, 0, 20)
	for i := 0; i < 20; i++ {
		items = append(items, item{i, "item " + strconv.Itoa(i), float64(i) * 1.5, []string{"a", "b"}})
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(items)
	atomic.AddUint64(&answered, 1)
}

// beat knows for how long it did not run.
func beat() {
	for last := time.Now(); ; {
		time.Sleep(200 * time.Microsecond)
		now := time.Now()
		if gap := int64(now.Sub(last)); gap > atomic.LoadInt64(&longest) {
			atomic.StoreInt64(&longest, gap)
		}
		last = now
	}
}

func cpu() int64 {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return u.Utime.Nano() + u.Stime.Nano()
}

func stats(w http.ResponseWriter, r *http.Request) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	json.NewEncoder(w).Encode(map[string]int64{
		"answered":   int64(atomic.LoadUint64(&answered)),
		"cpu_ns":     cpu(),
		"longest_ns": atomic.SwapInt64(&longest, 0),
		"collected":  int64(m.NumGC),
		"goroutines": int64(runtime.NumGoroutine()),
	})
}

func dump(w http.ResponseWriter, r *http.Request) {
	atomic.StoreInt64(&longest, 0)
	begin := time.Now()
	if err := pprof.Lookup("goroutine").WriteTo(io.Discard, 2); err != nil {
		panic(err)
	}
	took := time.Since(begin)
	time.Sleep(10 * time.Millisecond)
	json.NewEncoder(w).Encode(map[string]int64{
		"took_ns":    int64(took),
		"longest_ns": atomic.SwapInt64(&longest, 0),
	})
}

func serve(n int, beats bool) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	for i := 0; i < n; i++ {
		go wait()
	}
	if beats {
		go beat()
	}
	http.HandleFunc("/work", work)
	http.HandleFunc("/stats", stats)
	http.HandleFunc("/dump", dump)
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	panic(http.Serve(listener, nil))
}

func ask(client *http.Client, url, body string) bool {
	var answer *http.Response
	var err error
	if body != "" {
		answer, err = client.Post(url, "application/json", strings.NewReader(body))
	} else {
		answer, err = client.Get(url)
	}
	if err != nil {
		time.Sleep(10 * time.Millisecond)
		return false
	}
	io.Copy(io.Discard, answer.Body)
	answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}

func load(url string, n int, body string) {
	pause, _ := time.ParseDuration(os.Getenv("PAUSE"))
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: n, DisableCompression: true}}
	for i := 0; i < n; i++ {
		go func() {
			for {
				if ask(client, url, body) {
					atomic.AddUint64(&answered, 1)
				}
				time.Sleep(pause)
			}
		}()
	}
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGTERM)
	<-end
	fmt.Println(atomic.LoadUint64(&answered))
}

func usage() {
	fmt.Fprintln(os.Stderr, "usage: go_server serve N [beat] | load URL N [BODY]")
	os.Exit(2)
}

func main() {
	arguments := append(os.Args[1:], "", "", "")
	switch arguments[0] {
	case "serve":
		n, _ := strconv.Atoi(arguments[1])
		serve(n, arguments[2] == "beat")
	case "load":
		n, _ := strconv.Atoi(arguments[2])
		load(arguments[1], n, arguments[3])
	default:
		usage()
	}
}
