package proactor_test

import (
	"context"
	"io"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor"
)

// BenchmarkPingPong measures one round trip of 64 bytes over tcp, between two
// dispatchers, each run by a goroutine of its own; "net" is the same between two
// goroutines on package net.
func BenchmarkPingPong(b *testing.B) {
	b.Run("net", benchmarkNetPingPong)
	for _, name := range workingBackends() {
		if name != "sim" {
			b.Run(name, func(b *testing.B) { benchmarkPingPong(b, name) })
		}
	}
}

// netEchoServer is the echo server on package net, with one goroutine for each
// connection.
func netEchoServer(b *testing.B) (address string) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { ln.Close() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go netEcho(c)
		}
	}()
	return ln.Addr().String()
}

func netEcho(c net.Conn) {
	defer c.Close()
	buf := make([]byte, 4096)
	for {
		n, err := c.Read(buf)
		if err != nil {
			return
		}
		if _, err := c.Write(buf[:n]); err != nil {
			return
		}
	}
}

func benchmarkNetPingPong(b *testing.B) {
	c, err := net.Dial("tcp", netEchoServer(b))
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	buf := make([]byte, 64)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Write(buf); err != nil {
			b.Fatal(err)
		}
		if _, err := io.ReadFull(c, buf); err != nil {
			b.Fatal(err)
		}
	}
}

// pinger sends, and sends again when the echo has arrived.
type pinger struct {
	d           *proactor.Dispatcher
	h           *proactor.Handle
	read, write proactor.Operation
	buf         [64]byte
	left        int
	err         error
}

func (p *pinger) HandleCompletion(op *proactor.Operation) {
	switch {
	case op.Err() != nil:
		p.err = op.Err()
		p.d.Stop()
	case op.Kind() == proactor.KindConnect:
		p.h = op.Handle()
		p.d.Stop()
	case op == &p.write:
		p.h.Read(&p.read, p.buf[:])
	default:
		if p.left--; p.left == 0 {
			p.d.Stop()
			return
		}
		p.h.Write(&p.write, p.buf[:])
	}
}

func benchmarkPingPong(b *testing.B, name string) {
	server := dispatcher(b, name)
	s, err := newEchoServer(server, "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	go server.Run()
	defer server.Close()
	client := dispatcher(b, name)
	p := &pinger{d: client}
	p.read.Handler, p.write.Handler = p, p
	client.Connect(&p.write, "tcp", s.ln.LocalAddr().String(), nil)
	client.Run()
	b.ReportAllocs()
	b.ResetTimer()
	p.left = b.N
	p.h.Write(&p.write, p.buf[:])
	client.Run()
	if p.err != nil {
		b.Fatal(p.err)
	}
}

// BenchmarkPost measures a post and its completion: from a handler, and from
// another goroutine that waits for it.
func BenchmarkPost(b *testing.B) {
	for _, name := range workingBackends() {
		if name != "sim" {
			b.Run("handler/"+name, func(b *testing.B) { benchmarkPostHandler(b, name) })
			b.Run("batches/"+name, func(b *testing.B) { benchmarkPostBatches(b, name) })
			b.Run("handoff/"+name, func(b *testing.B) { benchmarkPostHandOff(b, name) })
		}
	}
}

func benchmarkPostHandler(b *testing.B, name string) {
	d := dispatcher(b, name)
	left := b.N
	var op proactor.Operation
	op.Handler = proactor.HandlerFunc(func(op *proactor.Operation) {
		if left--; left == 0 {
			d.Stop()
			return
		}
		d.Post(op)
	})
	b.ReportAllocs()
	d.Post(&op)
	d.Run()
}

func benchmarkPostBatches(b *testing.B, name string) {
	d := dispatcher(b, name)
	var ops [64]proactor.Operation
	left := b.N
	for i := range ops {
		ops[i].Handler = proactor.HandlerFunc(func(op *proactor.Operation) {
			if left--; left > 0 {
				d.Post(op)
			} else {
				d.Stop()
			}
		})
		d.Post(&ops[i])
	}
	b.ReportAllocs()
	for left > 0 {
		d.Run()
	}
}

func benchmarkPostHandOff(b *testing.B, name string) {
	d := dispatcher(b, name)
	go d.Run()
	defer d.Close()
	done := make(chan struct{}, 1)
	var op proactor.Operation
	op.Handler = proactor.HandlerFunc(func(*proactor.Operation) { done <- struct{}{} })
	b.ReportAllocs()
	for b.Loop() {
		d.Post(&op)
		<-done
	}
}

// BenchmarkTimer measures starting and cancelling a timer among a thousand
// others, with the dispatch of the completion.
func BenchmarkTimer(b *testing.B) {
	d := dispatcher(b, "")
	nothing := proactor.HandlerFunc(func(*proactor.Operation) {})
	others := make([]proactor.Operation, 1000)
	for i := range others {
		others[i].Handler = nothing
		d.StartTimer(&others[i], time.Hour+time.Duration(i*7919%1000)*time.Second)
	}
	var op proactor.Operation
	op.Handler = nothing
	b.ReportAllocs()
	for b.Loop() {
		d.StartTimer(&op, 90*time.Minute)
		d.Cancel(&op)
		d.Poll()
	}
}

// BenchmarkEcho measures an echo server with a hundred connections, each with one
// request of 64 bytes outstanding. The clients are the same for all servers: one
// dispatcher on epoll, or on the default backend of this system.
func BenchmarkEcho(b *testing.B) {
	b.Run("net", func(b *testing.B) {
		address := netEchoServer(b)
		b.ResetTimer()
		benchmarkEchoClients(b, address)
	})
	servers := map[string]proactor.Options{}
	for _, name := range workingBackends() {
		if name != "sim" {
			servers[name] = proactor.Options{Backend: proactor.Named(name)}
		}
	}
	if refusals()["uring"] == nil {
		servers["uring-locked"] = proactor.Options{Backend: proactor.Named("uring"), WaitMode: proactor.WaitLocked}
	}
	for name, o := range servers {
		b.Run(name, func(b *testing.B) {
			d := newDispatcher(b, o)
			s, err := newEchoServer(d, "tcp", "127.0.0.1:0")
			if err != nil {
				b.Fatal(err)
			}
			go d.Run()
			defer d.Close()
			benchmarkEchoClients(b, s.ln.LocalAddr().String())
		})
	}
}

// benchmarkEchoClients makes b.N requests over a hundred connections.
func benchmarkEchoClients(b *testing.B, address string) {
	name := ""
	if slices.Contains(workingBackends(), "epoll") {
		name = "epoll"
	}
	d := dispatcher(b, name)
	left := b.N
	clients := make([]echoClient, 100)
	for i := range clients {
		c := &clients[i]
		c.d, c.left = d, &left
		c.read.Handler, c.write.Handler = c, c
		d.Connect(&c.write, "tcp", address, nil)
		for c.write.Outstanding() {
			if _, err := d.RunOne(context.Background()); err != nil {
				b.Fatal(err)
			}
		}
		c.h = c.write.Handle()
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i := range clients {
		clients[i].send()
	}
	d.Run()
}

// echoClient is one connection of benchmarkEchoClients.
type echoClient struct {
	d           *proactor.Dispatcher
	h           *proactor.Handle
	read, write proactor.Operation
	buf         [64]byte
	answered    bool
	left        *int // of all clients
}

func (c *echoClient) send() {
	c.answered = false
	c.h.Write(&c.write, c.buf[:])
	c.h.Read(&c.read, c.buf[:])
}

func (c *echoClient) HandleCompletion(op *proactor.Operation) {
	if op == &c.read {
		c.answered = true
		if *c.left--; *c.left <= 0 {
			c.d.Stop()
			return
		}
	}
	if c.answered && !c.write.Outstanding() {
		c.send()
	}
}
