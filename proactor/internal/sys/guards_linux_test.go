package sys

import (
	"testing"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// These tests are about what this package does around system calls as package net does
// (docs/guards-of-package-net.md), where an exchange between two sockets does not show it.

// connecting returns a connect that has its socket.
func connecting(t *testing.T, address string) *backend.Op {
	t.Helper()
	op := &backend.Op{Args: &backend.ConnectArgs{Network: "tcp", Address: address}}
	if err := PrepareConnect(op.Connect(), &op.Sys); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { Close(int(op.Sys.Fd)) })
	return op
}

// A socket that has no error and no peer is not connected yet: the wake-up was
// spurious. A socket whose peer has gone has the address of the connect.
func TestConnectedWithoutAPeer(t *testing.T) {
	op := connecting(t, "127.0.0.1:1")
	if errno := Connected(int(op.Sys.Fd)); errno != unix.EINPROGRESS {
		t.Errorf("a socket that is not connected: %v", errno)
	}
	_, remote, err := Established(int(op.Sys.Fd), op.Connect())
	if err != nil || remote == nil || remote.String() != "127.0.0.1:1" {
		t.Errorf("the peer has gone: %v, %v", remote, err)
	}
}

// A second connect of a socket that is connected has succeeded.
func TestConnectOfWhatIsConnected(t *testing.T) {
	fd, err := Listen("tcp", "127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer Close(fd)
	op := connecting(t, LocalAddr(fd).String())
	if errno := Connect(&op.Sys); errno != 0 && errno != unix.EINPROGRESS {
		t.Fatal(errno)
	}
	for range 2 { // the kernel answers success to the first, and EISCONN to the second
		if errno := Connect(&op.Sys); errno != 0 {
			t.Errorf("connect again: %v", errno)
		}
	}
}

// Every socket of a kind has its options.
func TestOptionsOfSockets(t *testing.T) {
	listen := func(network, address string) (int, error) { return Listen(network, address, nil) }
	packet := func(network, address string) (int, error) { return ListenPacket(network, address, nil) }
	for _, tt := range []struct {
		open             func(network, address string) (int, error)
		network, address string
		level, option    int
		want             int
	}{
		{listen, "tcp", "127.0.0.1:0", unix.SOL_SOCKET, unix.SO_REUSEADDR, 1},
		{listen, "tcp", "127.0.0.1:0", unix.IPPROTO_TCP, unix.TCP_NODELAY, 1},
		{packet, "udp", "127.0.0.1:0", unix.SOL_SOCKET, unix.SO_BROADCAST, 1},
		{packet, "udp4", "224.0.0.251:0", unix.SOL_SOCKET, unix.SO_REUSEADDR, 1},
		{listen, "tcp", "[::]:0", unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, 0},
		{listen, "tcp6", "[::]:0", unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, 1},
		{packet, "udp", "[::]:0", unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, 0},
		{packet, "udp6", "[::]:0", unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, 1},
	} {
		fd, err := tt.open(tt.network, tt.address)
		if err != nil {
			if tt.level == unix.IPPROTO_IPV6 {
				continue // a container may have no IPv6
			}
			t.Fatal(err)
		}
		if got, err := unix.GetsockoptInt(fd, tt.level, tt.option); err != nil || got != tt.want {
			t.Errorf("%s %s, option %d of level %d: %d, %v, want %d", tt.network, tt.address, tt.option, tt.level, got, err, tt.want)
		}
		Close(fd)
	}
}
