package netio_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/netio"
)

// blocked returns the result of a call that nothing completes. Calls that fill the
// stream first are known to be blocked; others may still be about to block.
func blocked(call func() error) <-chan error {
	result := make(chan error, 1)
	go func() { result <- call() }()
	return result
}

// writeForever writes until a write fails.
func writeForever(c net.Conn) error {
	b := make([]byte, 256<<10)
	for {
		if _, err := c.Write(b); err != nil {
			return err
		}
	}
}

// readOne expects a read to fail.
func readOne(c net.Conn) error {
	n, err := c.Read(make([]byte, 1))
	if n > 0 {
		return errors.New("something was read")
	}
	return err
}

// closes are the ways to end a blocked call, other than a deadline. Both ends of
// the connection belong to the dispatcher: when it closes them, one end may observe
// the close of the other first.
var closes = []struct {
	name string
	end  func(d *proactor.Dispatcher, c *netio.Conn, ln *netio.Listener)
	also []error
}{
	{"Close", func(_ *proactor.Dispatcher, c *netio.Conn, ln *netio.Listener) { c.Close(); ln.Close() }, nil},
	{"dispatcher", func(d *proactor.Dispatcher, _ *netio.Conn, _ *netio.Listener) { d.Close() },
		[]error{io.EOF, backend.EPIPE, backend.ECONNRESET}},
}

// TestCloseEndsBlockedCalls closes a connection, or the dispatcher, while calls are
// blocked, about to block, or waiting for another call.
func TestCloseEndsBlockedCalls(t *testing.T) {
	for _, e := range closes {
		t.Run(e.name, func(t *testing.T) {
			onEach(t, func(t *testing.T, d *proactor.Dispatcher, network string) {
				a, _ := pair(t, d, network)
				ln := listen(t, d, network)
				accept := func() error { _, err := ln.Accept(); return err }
				read, write := func() error { return readOne(a) }, func() error { return writeForever(a) }
				calls := []func() error{read, read, write, write, accept, accept}
				var results []<-chan error
				for _, call := range calls {
					results = append(results, blocked(call))
				}
				e.end(d, a, ln)
				for i, r := range results {
					if err := <-r; !errors.Is(err, net.ErrClosed) && !isOneOf(err, e.also) {
						t.Errorf("call %d: %v", i, err)
					}
					if err := calls[i](); !errors.Is(err, net.ErrClosed) {
						t.Errorf("call %d, later: %v", i, err)
					}
				}
			})
		})
	}
}

func isOneOf(err error, list []error) bool {
	return slices.ContainsFunc(list, func(e error) bool { return errors.Is(err, e) })
}

// TestAfterClose: all calls fail with the errors of package net.
func TestAfterClose(t *testing.T) {
	onEach(t, func(t *testing.T, d *proactor.Dispatcher, network string) {
		ln := listen(t, d, network)
		c, peer, err := connect(d, ln)
		if err != nil {
			t.Fatal(err)
		}
		defer peer.Close()
		local, remote := c.LocalAddr().String(), c.RemoteAddr().String()
		c.Close()
		ln.Close()
		calls := map[string]func() error{
			"read":   func() error { return readOne(c) },
			"write":  func() error { _, err := c.Write([]byte("x")); return err },
			"writev": func() error { _, err := c.WriteBuffers(&net.Buffers{[]byte("x")}); return err },
			"close":  c.Close,
			"Close":  c.CloseWrite,
			"set":    func() error { return c.SetDeadline(never) },
		}
		for op, call := range calls {
			checkOpError(t, strings.ToLower(op), call(), net.ErrClosed)
		}
		_, err = ln.Accept()
		checkOpError(t, "accept", err, net.ErrClosed)
		checkOpError(t, "close", ln.Close(), net.ErrClosed)
		checkOpError(t, "set", ln.SetDeadline(never), net.ErrClosed)
		if c.LocalAddr().String() != local || c.RemoteAddr().String() != remote {
			t.Errorf("addresses are %v and %v now", c.LocalAddr(), c.RemoteAddr())
		}
	})
}

// checkOpError checks that an error names the operation as in package net.
func checkOpError(t *testing.T, op string, err, want error) {
	t.Helper()
	said, ok := err.(*net.OpError)
	if !ok || said.Op != op || said.Net == "" || !errors.Is(err, want) {
		t.Errorf("%s: %T %v", op, err, err)
	}
}

// TestPeerCloses: the bytes arrive, then every read returns the end.
func TestPeerCloses(t *testing.T) {
	onEach(t, func(t *testing.T, d *proactor.Dispatcher, network string) {
		a, b := pair(t, d, network)
		if _, err := a.Write([]byte("farewell")); err != nil {
			t.Fatal(err)
		}
		a.Close()
		got, err := io.ReadAll(b)
		if string(got) != "farewell" || err != nil {
			t.Errorf("read %q, %v", got, err)
		}
		if n, err := b.Read(make([]byte, 1)); n != 0 || err != io.EOF {
			t.Errorf("read after the end: %d, %v", n, err)
		}
	})
}

// TestHalfClosed: a request that ends with the end of the stream is answered.
func TestHalfClosed(t *testing.T) {
	onEach(t, func(t *testing.T, d *proactor.Dispatcher, network string) {
		a, b := pair(t, d, network)
		_, question := vector([]int{3 << 20})
		go func() {
			got, err := io.ReadAll(b)
			if !bytes.Equal(got, question) || err != nil {
				t.Errorf("read %d bytes of %d, %v", len(got), len(question), err)
			}
			b.Write([]byte("answer"))
			b.Close()
		}()
		if _, err := a.Write(question); err != nil {
			t.Fatal(err)
		}
		if err := a.CloseWrite(); err != nil {
			t.Fatal(err)
		}
		_, err := a.Write([]byte("more"))
		checkOpError(t, "write", err, backend.EPIPE)
		if got, err := io.ReadAll(a); string(got) != "answer" || err != nil {
			t.Errorf("read %q, %v", got, err)
		}
	})
}

// TestPeerVanishes: a peer that closes with bytes unread breaks the connection, and
// writes fail with the errors of package net.
func TestPeerVanishes(t *testing.T) {
	onEach(t, func(t *testing.T, d *proactor.Dispatcher, network string) {
		a, b := pair(t, d, network)
		writing := blocked(func() error { return writeForever(a) })
		if _, err := io.ReadFull(b, make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
		b.Close()
		err := <-writing
		if !isOneOf(err, []error{backend.EPIPE, backend.ECONNRESET}) {
			t.Errorf("write: %v", err)
		}
		if said := (*net.OpError)(nil); !errors.As(err, &said) || said.Timeout() {
			t.Errorf("write: %#v", err)
		}
	})
}
