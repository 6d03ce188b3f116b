package conformance

import (
	"errors"
	"math"
	"net"
	"path/filepath"
	"syscall"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/internal/backend"
)

func testAcceptConnect(f *fixture) {
	ln := f.listen()
	accept, connect := f.call(nil), f.call(nil)
	f.connect(connect, ln) // before the accept: the listener's queue holds the connection
	f.ok(connect)
	ln.Accept(accept.start())
	f.ok(accept)
	a, b := connect.stream, accept.stream
	if a == nil || b == nil || a.Dispatcher() != f.d || b.Dispatcher() != f.d {
		f.t.Fatalf("streams %v and %v", a, b)
	}
	if got, want := a.RemoteAddr().String(), ln.LocalAddr().String(); got != want {
		f.t.Errorf("connected to %s, listening at %s", got, want)
	}
	if f.network == "tcp" && a.LocalAddr().String() != b.RemoteAddr().String() {
		f.t.Errorf("one end is at %s, the other says %s", a.LocalAddr(), b.RemoteAddr())
	}
	if ln.RemoteAddr() != nil {
		f.t.Errorf("a listener has the remote address %v", ln.RemoteAddr())
	}
}

func testConnectRefused(f *fixture) {
	ln := f.listen()
	address := ln.LocalAddr().String()
	ln.Close()
	c := f.call(nil)
	f.d.Connect(c.start(), f.network, address, nil)
	f.wait(c)
	if !errors.Is(c.err, backend.ECONNREFUSED) && !errors.Is(c.err, backend.ENOENT) {
		f.t.Errorf("connect without a listener: %v", c.err)
	}
	if c.stream != nil || c.n != 0 {
		f.t.Errorf("a stream or bytes all the same: %v, %d", c.stream, c.n)
	}
}

// testConnectToItself: a TCP socket bound to the address that it connects to is
// connected to itself, although there is no listener. The connect must fail, and
// must leave the address free for a listener.
func testConnectToItself(f *fixture) {
	if f.network != "tcp" {
		return
	}
	ln := f.listen()
	address := ln.LocalAddr().String()
	ln.Close()
	c := f.call(nil)
	f.d.Connect(c.start(), "tcp", address, &proactor.SocketOptions{LocalAddr: address})
	f.wait(c)
	if !errors.Is(c.err, backend.ECONNREFUSED) || c.stream != nil {
		f.t.Errorf("a connect to its own address %s: %v", address, c.err)
	}
	again, err := f.d.Listen("tcp", address, nil)
	if err != nil {
		f.t.Fatalf("listening where a connect has reached itself: %v", err)
	}
	again.Close()
}

// testConnectWildcard: a connect to the wildcard address reaches a listener on all
// addresses, and a connect may be bound to the wildcard address of either IP
// version.
func testConnectWildcard(f *fixture) {
	if f.network != "tcp" {
		return
	}
	four, err := f.d.Listen("tcp4", ":0", nil)
	if err != nil {
		f.t.Fatal(err)
	}
	at4 := "127.0.0.1" + portOf(four)
	for _, to := range []struct{ network, address, from string }{
		{"tcp", portOf(four), ""},
		{"tcp4", portOf(four), ""},
		{"tcp", "0.0.0.0" + portOf(four), ""},
		{"tcp", at4, "0.0.0.0:0"},
		{"tcp", at4, ":0"},
		{"tcp", at4, "[::]:0"},
		{"tcp", at4, "[::ffff:127.0.0.1]:0"}, // an IPv4-mapped address is an IPv4 one
		{"tcp", "[::ffff:127.0.0.1]" + portOf(four), "127.0.0.1:0"},
	} {
		f.reaches(to.network, to.address, to.from, at4)
	}
	six, err := f.d.Listen("tcp6", ":0", nil)
	if err != nil {
		f.t.Skipf("there is no IPv6: %v", err)
	}
	at6 := "[::1]" + portOf(six)
	for _, to := range []struct{ network, address, from string }{
		{"tcp", "[::]" + portOf(six), ""},
		{"tcp6", portOf(six), ""},
		{"tcp", at6, "0.0.0.0:0"},
		{"tcp", at6, ":0"},
	} {
		f.reaches(to.network, to.address, to.from, at6)
	}
}

// portOf returns ":port" of a listener.
func portOf(h *proactor.Handle) string {
	_, port, _ := net.SplitHostPort(h.LocalAddr().String())
	return ":" + port
}

// reaches connects, and checks the addresses of both ends.
func (f *fixture) reaches(network, address, from, want string) {
	f.t.Helper()
	c := f.call(nil)
	f.d.Connect(c.start(), network, address, &proactor.SocketOptions{LocalAddr: from})
	f.wait(c)
	if c.err != nil {
		f.t.Errorf("connect over %s to %s from %q: %v", network, address, from, c.err)
		return
	}
	if got := c.stream.RemoteAddr().String(); got != want {
		f.t.Errorf("connect over %s to %s from %q has reached %s, not %s", network, address, from, got, want)
	}
	c.stream.Close()
}

// testHugeSizes: sizes that are larger than the system supports mean the maximum,
// and are not truncated to fewer bits.
func testHugeSizes(f *fixture) {
	for _, huge := range []int{math.MaxInt32, math.MaxInt, math.MaxInt &^ math.MaxUint32} {
		o := &proactor.SocketOptions{Backlog: huge, SendBuffer: huge, RecvBuffer: huge}
		ln, err := f.d.Listen(f.network, f.address(), o)
		if errors.Is(err, syscall.ENOBUFS) || errors.Is(err, syscall.EINVAL) {
			continue // such sizes are errors on BSD systems
		}
		if err != nil {
			f.t.Fatal(err)
		}
		var calls [3]*call // more than a queue of length 0 holds
		for i := range calls {
			calls[i] = f.call(nil)
			f.d.Connect(calls[i].start(), f.network, ln.LocalAddr().String(), o)
		}
		for _, c := range calls {
			f.ok(c)
			c.stream.Close()
		}
		ln.Close()
	}
}

func testConnectToNonsense(f *fixture) {
	folder := TempDir(f.t)
	if ln, err := f.d.Listen("unix", filepath.Join(folder, "listening"), nil); err == nil {
		defer ln.Close() // a truncated path would reach it
	} else if f.network == "unix" {
		f.t.Fatal(err)
	}
	for _, to := range []struct{ network, address string }{
		{"tcp", "localhost:1"}, {"tcp", "127.0.0.1"}, {"tcp", ""}, {"tcp6", "127.0.0.1:1"}, {"tcp4", "[::1]:1"},
		{"unix", ""}, {"unix", filepath.Join(folder, "listening") + "\x00b"}, {"unix", filepath.Join(folder, "a\x00b")}, {"tcp4", "0.0.0.0"}, {"carrier pigeon", "loft"},
	} {
		c := f.call(nil)
		f.d.Connect(c.start(), to.network, to.address, nil)
		f.wait(c)
		if c.err == nil {
			f.t.Errorf("connect to %q %q succeeded", to.network, to.address)
		}
		if ln, err := f.d.Listen(to.network, to.address, nil); err == nil {
			f.t.Errorf("listen at %q %q succeeded", to.network, to.address)
			ln.Close()
		}
	}
}

func testListenTwice(f *fixture) {
	ln := f.listen()
	_, err := f.d.Listen(f.network, ln.LocalAddr().String(), nil)
	if !errors.Is(err, backend.EADDRINUSE) {
		f.t.Errorf("second listener at the same address: %v", err)
	}
	var op *net.OpError
	if !errors.As(err, &op) {
		f.t.Errorf("%T is not a *net.OpError", err)
	}
	ln.Close()
	again, err := f.d.Listen(f.network, ln.LocalAddr().String(), nil)
	if err != nil {
		f.t.Fatalf("listening again at %v: %v", ln.LocalAddr(), err)
	}
	again.Close()
}

// testManyConnects accepts with several operations at once.
func testManyConnects(f *fixture) {
	const streams = 100
	ln, err := f.d.Listen(f.network, f.address(), &proactor.SocketOptions{Backlog: streams})
	if err != nil {
		f.t.Fatal(err)
	}
	accepted, connected := 0, 0
	for range 5 {
		var c *call
		c = f.call(func() {
			if c.err != nil {
				return // closed
			}
			accepted++
			ln.Accept(c.start())
		})
		ln.Accept(c.start())
	}
	for range streams {
		var c *call
		c = f.call(func() {
			if c.err != nil {
				f.t.Error(c.err)
			}
			connected++
		})
		f.connect(c, ln)
	}
	f.until("all connections", func() bool { return accepted == streams && connected == streams })
}

// testWrongHandle reads from a listener and accepts on a stream.
func testWrongHandle(f *fixture) {
	ln := f.listen()
	a, _ := f.pair()
	read, accept := f.call(nil), f.call(nil)
	ln.Read(read.start(), make([]byte, 1))
	a.Accept(accept.start())
	f.wait(read)
	f.wait(accept)
	for _, c := range []*call{read, accept} {
		if !errors.Is(c.err, errors.ErrUnsupported) || c.n != 0 {
			f.t.Errorf("%v: %d, %v", c.op.Kind(), c.n, c.err)
		}
	}
	f.tryFails(ln, "a listener", errors.ErrUnsupported)
}
