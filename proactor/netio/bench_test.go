package netio_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/netio"
)

// The same programs run over package net and over each backend, by name: compare
// them in turn, with -count. Client and server are in one process.

// network has functions to listen and to dial over loopback TCP.
type network struct {
	listen func() (net.Listener, error)
	dial   func(context.Context, string) (net.Conn, error)
}

// overNet uses package net.
func overNet(testing.TB) network {
	return network{
		func() (net.Listener, error) { return net.Listen("tcp", "127.0.0.1:0") },
		func(ctx context.Context, address string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", address)
		},
	}
}

// overProactor uses this package: the server has one dispatcher, its clients
// another.
func overProactor(backend string) func(testing.TB) network {
	return func(tb testing.TB) network {
		o := proactor.Options{Backend: proactor.Named(backend)}
		server, clients := open(tb, o), open(tb, o)
		dialer := netio.Dialer{Dispatcher: clients}
		return network{
			func() (net.Listener, error) { return netio.Listen(server, "tcp", "127.0.0.1:0", nil) },
			func(ctx context.Context, address string) (net.Conn, error) {
				return dialer.DialContext(ctx, "tcp", address)
			},
		}
	}
}

// onNetworks runs a benchmark over each network.
func onNetworks(b *testing.B, f func(b *testing.B, n network)) {
	for _, n := range []struct {
		name string
		make func(testing.TB) network
	}{
		{"net", overNet}, {"uring", overProactor("uring")},
		{"epoll", overProactor("epoll")}, {"goroutine", overProactor("goroutine")},
	} {
		b.Run(n.name, func(b *testing.B) { f(b, n.make(b)) })
	}
}

// serveEach accepts until the listener is closed, and serves each connection on a
// goroutine of its own.
func serveEach(b *testing.B, n network, serve func(net.Conn)) (address string) {
	ln, err := n.listen()
	if err != nil {
		b.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer c.Close()
				serve(c)
			})
		}
	})
	b.Cleanup(func() {
		ln.Close()
		all.Wait()
	})
	return ln.Addr().String()
}

// BenchmarkEcho sends 64 bytes to and fro on a number of connections. One operation
// is one round trip.
func BenchmarkEcho(b *testing.B) {
	for _, connections := range []int{1, 100} {
		b.Run(fmt.Sprintf("conns=%d", connections), func(b *testing.B) {
			onNetworks(b, func(b *testing.B, n network) { benchmarkEcho(b, n, connections) })
		})
	}
}

func benchmarkEcho(b *testing.B, n network, connections int) {
	address := serveEach(b, n, func(c net.Conn) {
		buf := make([]byte, 64)
		for {
			if _, err := io.ReadFull(c, buf); err != nil {
				return
			}
			c.Write(buf)
		}
	})
	var conns []net.Conn
	for range connections {
		c, err := n.dial(b.Context(), address)
		if err != nil {
			b.Fatal(err)
		}
		defer c.Close()
		conns = append(conns, c)
	}
	b.ReportAllocs()
	b.ResetTimer()
	var all sync.WaitGroup
	for i, c := range conns {
		turns := b.N / connections
		if i < b.N%connections {
			turns++
		}
		all.Go(func() {
			buf := make([]byte, 64)
			for range turns {
				c.Write(buf)
				if _, err := io.ReadFull(c, buf); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	b.StopTimer()
}

// BenchmarkStream writes blocks in one direction, as fast as they are read.
func BenchmarkStream(b *testing.B) {
	for _, size := range []int{4 << 10, 64 << 10, 1 << 20} {
		b.Run(fmt.Sprintf("size=%d", size), func(b *testing.B) {
			onNetworks(b, func(b *testing.B, n network) { benchmarkStream(b, n, size) })
		})
	}
}

func benchmarkStream(b *testing.B, n network, size int) {
	done := make(chan int64, 1)
	address := serveEach(b, n, func(c net.Conn) {
		buf, got := make([]byte, 128<<10), int64(0)
		for {
			n, err := c.Read(buf)
			if got += int64(n); err != nil {
				done <- got
				return
			}
		}
	})
	c, err := n.dial(b.Context(), address)
	if err != nil {
		b.Fatal(err)
	}
	block := make([]byte, size)
	b.SetBytes(int64(size))
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		if _, err := c.Write(block); err != nil {
			b.Fatal(err)
		}
	}
	c.Close()
	if got := <-done; got != int64(b.N)*int64(size) {
		b.Errorf("%d bytes of %d arrived", got, int64(b.N)*int64(size))
	}
	b.StopTimer()
}

// BenchmarkHTTP sends requests from net/http's client to net/http's server, 64 at a
// time on persistent connections.
func BenchmarkHTTP(b *testing.B) {
	onNetworks(b, func(b *testing.B, n network) {
		ln, err := n.listen()
		if err != nil {
			b.Fatal(err)
		}
		s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, "Hello, world!")
		})}
		go s.Serve(ln)
		defer s.Close()
		address := ln.Addr().String()
		transport := &http.Transport{
			MaxIdleConnsPerHost: 64,
			DialContext:         func(ctx context.Context, _, _ string) (net.Conn, error) { return n.dial(ctx, address) },
		}
		defer transport.CloseIdleConnections()
		client := &http.Client{Transport: transport}
		b.ReportAllocs()
		b.SetParallelism(32)
		b.ResetTimer()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				r, err := client.Get("http://" + address)
				if err != nil {
					b.Error(err)
					return
				}
				io.Copy(io.Discard, r.Body)
				r.Body.Close()
			}
		})
		b.StopTimer()
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "req/s")
	})
}
