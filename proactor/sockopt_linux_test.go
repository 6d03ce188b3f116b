package proactor_test

import (
	"errors"
	"net"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor"
)

// systemBackends are the working backends with sockets of the system.
func systemBackends(t *testing.T, test func(t *testing.T, d *proactor.Dispatcher)) {
	for _, name := range workingBackends() {
		if name != "sim" {
			t.Run(name, func(t *testing.T) { test(t, dispatcher(t, name)) })
		}
	}
}

// wantOption reads an option back.
func wantOption(t *testing.T, h *proactor.Handle, what string, level, option, want int) {
	t.Helper()
	if got, err := h.Sockopt(level, option); err != nil || got != want {
		t.Errorf("%s of %v is %d, %v; want %d", what, h.LocalAddr(), got, err, want)
	}
}

// TestSocketOptionsOfAHandle: what is set on a stream or a listener is read back.
func TestSocketOptionsOfAHandle(t *testing.T) {
	systemBackends(t, func(t *testing.T, d *proactor.Dispatcher) {
		ln, err := d.Listen("tcp", "127.0.0.1:0", nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := ln.SetKeepAlive(net.KeepAliveConfig{Enable: true, Idle: 40 * time.Second}); err != nil {
			t.Fatal(err)
		}
		accept, connect := proactor.NewOperation(nothing), proactor.NewOperation(nothing)
		ln.Accept(accept)
		d.Connect(connect, "tcp", ln.LocalAddr().String(), nil)
		runUntil(t, d, accept, connect)
		a, b := connect.Handle(), accept.Handle()
		if err := errors.Join(
			a.SetKeepAlive(net.KeepAliveConfig{Enable: true, Idle: 1500 * time.Millisecond, Interval: 3 * time.Second, Count: 4}),
			a.SetNoDelay(false), a.SetTypeOfService(0x10), a.SetBuffers(20_000, 30_000),
			a.SetSockopt(unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, 1234),
		); err != nil {
			t.Fatal(err)
		}
		wantOption(t, a, "SO_KEEPALIVE", unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1)
		wantOption(t, a, "TCP_KEEPIDLE", unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, 2)
		wantOption(t, a, "TCP_KEEPINTVL", unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, 3)
		wantOption(t, a, "TCP_KEEPCNT", unix.IPPROTO_TCP, unix.TCP_KEEPCNT, 4)
		wantOption(t, a, "TCP_NODELAY", unix.IPPROTO_TCP, unix.TCP_NODELAY, 0)
		wantOption(t, a, "IP_TOS", unix.IPPROTO_IP, unix.IP_TOS, 0x10)
		wantOption(t, a, "SO_SNDBUF", unix.SOL_SOCKET, unix.SO_SNDBUF, 40_000)
		wantOption(t, a, "SO_RCVBUF", unix.SOL_SOCKET, unix.SO_RCVBUF, 60_000)
		wantOption(t, a, "TCP_USER_TIMEOUT", unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, 1234)
		wantOption(t, b, "TCP_NODELAY", unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
		if d.Backend().Name != "goroutine" { // package net turns keep-alive off again
			wantOption(t, b, "the listener's TCP_KEEPIDLE", unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, 40)
		}
		if err := a.SetSockopt(unix.SOL_SOCKET, 12345, 1); !errors.Is(err, unix.ENOPROTOOPT) {
			t.Errorf("an option that does not exist: %v", err)
		}
		if got := a.Control(func(uintptr) error { return errFull }); got != errFull {
			t.Errorf("Control returned %v", got)
		}
		a.Close()
		if err := a.Control(func(uintptr) error { return nil }); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Control of a closed handle: %v", err)
		}
	})
}

// TestSocketOptionsBeforeBinding: listeners and datagram sockets can share a port, and a
// socket has its options before it is bound or connected.
func TestSocketOptionsBeforeBinding(t *testing.T) {
	systemBackends(t, func(t *testing.T, d *proactor.Dispatcher) {
		calls := 0
		o := &proactor.SocketOptions{ReusePort: true, Device: "lo", TypeOfService: 0x20, Control: func(fd uintptr) error {
			calls++
			return unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_PRIORITY, 3)
		}}
		first, err := d.Listen("tcp", "127.0.0.1:0", o)
		if err != nil {
			t.Fatal(err)
		}
		second, err := d.Listen("tcp", first.LocalAddr().String(), o)
		if err != nil {
			t.Fatal(err)
		}
		packets, err := d.ListenPacket("udp", "127.0.0.1:0", o)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.ListenPacket("udp", packets.LocalAddr().String(), o); err != nil {
			t.Error(err)
		}
		accept, connect := proactor.NewOperation(nothing), proactor.NewOperation(nothing)
		first.AcceptMultishot(accept)
		second.AcceptMultishot(proactor.NewOperation(nothing))
		d.Connect(connect, "tcp", first.LocalAddr().String(), &proactor.SocketOptions{TypeOfService: 0x20, Device: "lo", Control: o.Control})
		runUntil(t, d, connect)
		for _, h := range []*proactor.Handle{first, second, packets, connect.Handle()} {
			wantOption(t, h, "IP_TOS", unix.IPPROTO_IP, unix.IP_TOS, 0x20)
			wantOption(t, h, "SO_PRIORITY", unix.SOL_SOCKET, unix.SO_PRIORITY, 3)
		}
		wantOption(t, first, "SO_REUSEPORT", unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
		if calls != 5 {
			t.Errorf("Control was called %d times, want 5", calls)
		}
		o.Control = func(uintptr) error { return errFull }
		if _, err := d.Listen("tcp", "127.0.0.1:0", o); !errors.Is(err, errFull) {
			t.Errorf("Listen with a Control that fails: %v", err)
		}
		d.Connect(connect, "tcp", first.LocalAddr().String(), o)
		if runUntil(t, d, connect); !errors.Is(connect.Err(), errFull) {
			t.Errorf("Connect with a Control that fails: %v", connect.Err())
		}
		if _, err := d.Listen("tcp", "127.0.0.1:0", &proactor.SocketOptions{Device: "none-such"}); !errors.Is(err, unix.ENODEV) {
			t.Errorf("Listen on a device that does not exist: %v", err)
		}
	})
}

// TestPlainTCP: streams are TCP and not Multipath TCP, whatever the program's settings are,
// and nothing keeps them alive.
func TestPlainTCP(t *testing.T) {
	t.Setenv("GODEBUG", "multipathtcp=1")
	systemBackends(t, func(t *testing.T, d *proactor.Dispatcher) {
		ln, err := d.Listen("tcp", "127.0.0.1:0", nil)
		if err != nil {
			t.Fatal(err)
		}
		accept, connect := proactor.NewOperation(nothing), proactor.NewOperation(nothing)
		ln.Accept(accept)
		d.Connect(connect, "tcp", ln.LocalAddr().String(), nil)
		runUntil(t, d, accept, connect)
		for _, h := range []*proactor.Handle{ln, accept.Handle(), connect.Handle()} {
			wantOption(t, h, "SO_PROTOCOL", unix.SOL_SOCKET, unix.SO_PROTOCOL, unix.IPPROTO_TCP)
			wantOption(t, h, "SO_KEEPALIVE", unix.SOL_SOCKET, unix.SO_KEEPALIVE, 0)
		}
	})
}

// TestNoSocketOptions: a simulated socket has none.
func TestNoSocketOptions(t *testing.T) {
	d := dispatcher(t, "sim")
	a, _ := connectedPair(t, d, "tcp")
	if err := a.SetNoDelay(true); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("SetNoDelay: %v", err)
	}
}
