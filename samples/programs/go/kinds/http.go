// SPDX-License-Identifier: BSD-2-Clause

package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"time"
)

func serve(handler http.HandlerFunc) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go (&http.Server{Handler: handler}).Serve(listener)
	return "http://" + listener.Addr().String()
}

// get asks once, and reads the answer; false: it did not come in time.
func get(client *http.Client, url string, timeout time.Duration) bool {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	request, err := http.NewRequest("GET", url, nil)
	if err != nil {
		panic(err)
	}
	response, err := client.Do(request.WithContext(ctx))
	if err != nil {
		return false
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return err == nil
}

func newClient() *http.Client {
	return &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}}
}

// The client has gone, and the handler does not look.
func leakHTTP() {
	client := newClient()
	url := serve(func(w http.ResponseWriter, r *http.Request) {
		handleForEver(make(chan int))
	})
	often(func() { get(client, url, 100*time.Millisecond) })
}

//go:noinline
func handleForEver(answer chan int) {
	leaked()
	<-answer
}

// polls: n clients that ask again and again for news, which come after 25 seconds at the
// latest, and n that come one after another and listen from then on.
func polls() {
	news := make(chan int)
	url := serve(func(w http.ResponseWriter, r *http.Request) {
		limit := 25 * time.Second
		if r.URL.Path == "/watch" {
			limit = time.Hour
		}
		select {
		case <-news:
		case <-r.Context().Done():
		case <-time.After(limit):
		}
	})
	for i := 0; i < p.n; i++ {
		go func() {
			client := newClient()
			for get(client, url, time.Minute) {
			}
		}()
	}
	for i := 0; i < p.n; i++ {
		go get(newClient(), url+"/watch", 2*time.Hour)
		time.Sleep(2 * time.Second)
	}
	p.Parked = 2 * p.n
}

// server: n connections that were opened one after another and are idle, a third of them
// of HTTP/2.
func server() {
	answer := func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "yes\n") }
	plain := serve(answer)
	second := httptest.NewUnstartedServer(http.HandlerFunc(answer))
	second.EnableHTTP2 = true
	second.StartTLS()
	for i := 0; i < p.n; i++ {
		client, url := newClient(), plain
		if i%3 == 2 {
			transport := second.Client().Transport.(*http.Transport).Clone()
			client, url = &http.Client{Transport: transport}, second.URL
		}
		if !get(client, url, 10*time.Second) {
			panic("no answer")
		}
		time.Sleep(time.Second)
	}
	p.Parked = p.n
}
