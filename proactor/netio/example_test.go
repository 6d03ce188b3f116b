package netio_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/netio"
)

// start makes a dispatcher that a goroutine runs until it is closed.
func start() *proactor.Dispatcher {
	d, err := netio.NewDispatcher(proactor.Options{})
	if err != nil {
		panic(err)
	}
	go d.Run()
	return d
}

// An echo server and its client, as one writes them with package net: a goroutine
// for each connection, which blocks.
func ExampleListen() {
	d := start()
	defer d.Close() // ends blocked calls
	ln, err := netio.Listen(d, "tcp", "localhost:0", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				io.Copy(c, c)
			}()
		}
	}()

	dialer := netio.Dialer{Dispatcher: d}
	c, err := dialer.DialContext(context.Background(), "tcp", ln.Addr().String())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	fmt.Fprintf(c, "hello, netio")
	answer := make([]byte, 12)
	if _, err := io.ReadFull(c, answer); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s\n", answer)
	// Output: hello, netio
}

// net/http's server and client run over the proactor.
func Example_http() {
	d := start()
	defer d.Close()
	ln, err := netio.Listen(d, "tcp", "localhost:0", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	server := http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s over the proactor", r.URL.Path)
	})}
	go server.Serve(ln)
	defer server.Close()

	transport := &http.Transport{DialContext: (&netio.Dialer{Dispatcher: d}).DialContext}
	defer transport.CloseIdleConnections()
	client := http.Client{Transport: transport}
	r, err := client.Get("http://" + ln.Addr().String() + "/hello")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer r.Body.Close()
	body, _ := io.ReadAll(r.Body)
	fmt.Printf("%s\n", body)
	// Output: /hello over the proactor
}

// crypto/tls runs on a Conn and a Listener. forServer holds a certificate, which
// forClient trusts.
func Example_tls() {
	forServer, forClient := certificate()
	d := start()
	defer d.Close()
	ln, err := netio.Listen(d, "tcp", "localhost:0", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	go func() {
		c, err := tls.NewListener(ln, forServer).Accept()
		if err == nil {
			io.WriteString(c, "nobody else has read this")
			c.Close()
		}
	}()

	raw, err := (&netio.Dialer{Dispatcher: d}).DialContext(context.Background(), "tcp", ln.Addr().String())
	if err != nil {
		fmt.Println(err)
		return
	}
	c := tls.Client(raw, forClient)
	defer c.Close()
	text, err := io.ReadAll(c)
	fmt.Printf("%s, %v\n", text, err)
	// Output: nobody else has read this, <nil>
}
