package sys

import (
	"bytes"
	"errors"
	"net"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// socketPair makes the two ends of a non-blocking stream.
func socketPair(t *testing.T) (a, b int) {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		Close(fds[0])
		Close(fds[1])
	})
	return fds[0], fds[1]
}

func TestSendRecv(t *testing.T) {
	a, b := socketPair(t)
	buf := make([]byte, 100)
	if n, errno := Recv(b, buf); n != 0 || errno != unix.EAGAIN {
		t.Errorf("recv of nothing: %d, %v", n, errno)
	}
	if n, errno := Send(a, []byte("hello")); n != 5 || errno != 0 {
		t.Errorf("send: %d, %v", n, errno)
	}
	if n, errno := Recv(b, buf); n != 5 || errno != 0 || string(buf[:n]) != "hello" {
		t.Errorf("recv: %q, %v", buf[:n], errno)
	}
	Shutdown(a)
	if n, errno := Recv(b, buf); n != 0 || errno != 0 {
		t.Errorf("recv at the end: %d, %v", n, errno)
	}
	if n, errno := Send(b, buf); n != 0 || errno != unix.EPIPE {
		t.Errorf("send after the end: %d, %v", n, errno)
	}
}

func TestVectors(t *testing.T) {
	a, b := socketPair(t)
	data := bytes.Repeat([]byte("0123456789"), 150)
	var many [][]byte
	for i := range data {
		many = append(many, data[i:i+1], nil)
	}
	var out, in Vector
	if size := out.Set(many); size != maxIovecs {
		t.Errorf("%d buffers of one byte are taken, want %d", size, maxIovecs)
	}
	if n, errno := SendVector(a, &out); n != maxIovecs || errno != 0 {
		t.Errorf("send: %d, %v", n, errno)
	}
	out.Reset()
	got := make([]byte, len(data))
	if size := in.Set([][]byte{got[:7], got[7:7], got[7:]}); size != len(got) {
		t.Errorf("vector of %d bytes, want %d", size, len(got))
	}
	n, errno := RecvVector(b, &in)
	in.Reset()
	if n != maxIovecs || errno != 0 || !bytes.Equal(got[:n], data[:n]) {
		t.Errorf("recv: %d, %v", n, errno)
	}
	if out.Set(nil) != 0 {
		t.Error("an empty vector has bytes")
	}
}

// TestListenOptions checks the options of a listener and of an accepted socket.
func TestListenOptions(t *testing.T) {
	fd, err := Listen("tcp", ":0", &backend.SocketOptions{SendBuffer: 50_000, RecvBuffer: 60_000, Backlog: 3})
	if err != nil {
		t.Fatal(err)
	}
	defer Close(fd)
	port := LocalAddr(fd).(*net.TCPAddr).AddrPort().Port()
	op := &backend.Op{Args: &backend.ConnectArgs{
		Network: "tcp",
		Address: net.JoinHostPort("127.0.0.1", strconv.Itoa(int(port))),
		Socket:  &backend.SocketOptions{LocalAddr: "127.0.0.1:0"},
	}}
	if err := PrepareConnect(op.Connect(), &op.Sys); err != nil {
		t.Fatal(err)
	}
	defer Close(int(op.Sys.Fd))
	if errno := Connect(&op.Sys); errno != 0 && errno != unix.EINPROGRESS {
		t.Fatal(errno)
	}
	if errno := Connected(int(op.Sys.Fd)); errno != 0 {
		t.Fatal(errno)
	}
	var from Address
	accepted, errno := Accept(fd, &from)
	if errno != 0 {
		t.Fatal(errno)
	}
	defer Close(accepted)
	// "tcp" on the wildcard takes IPv4 too, and accepted sockets inherit the options.
	for _, o := range []struct {
		name              string
		level, opt, least int
	}{
		{"TCP_NODELAY", unix.IPPROTO_TCP, unix.TCP_NODELAY, 1},
		{"SO_SNDBUF", unix.SOL_SOCKET, unix.SO_SNDBUF, 50_000},
		{"SO_RCVBUF", unix.SOL_SOCKET, unix.SO_RCVBUF, 60_000},
	} {
		if v, err := unix.GetsockoptInt(accepted, o.level, o.opt); err != nil || v < o.least {
			t.Errorf("%s of the accepted socket is %d, %v", o.name, v, err)
		}
	}
	if from, local := DecodeAddress(&from), LocalAddr(int(op.Sys.Fd)); !sameHostPort(from, local) {
		t.Errorf("accepted from %v, connected from %v", from, local)
	}
	if _, errno := Accept(fd, &from); errno != unix.EAGAIN {
		t.Errorf("accept of nothing: %v", errno)
	}
}

func sameHostPort(a, b net.Addr) bool {
	x, y := a.(*net.TCPAddr), b.(*net.TCPAddr)
	return x.IP.Equal(y.IP) && x.Port == y.Port
}

// An error names the call, the address, and the reason.
func TestErrorsSayWhat(t *testing.T) {
	_, err := Listen("tcp", "192.0.2.1:1", nil) // an address that no host has
	if !errors.Is(err, unix.EADDRNOTAVAIL) || err.Error() != "listen tcp 192.0.2.1:1: bind: cannot assign requested address" {
		t.Errorf("listen: %v", err)
	}
	op := &backend.Op{Args: &backend.ConnectArgs{Network: "tcp", Address: "127.0.0.1:1"}}
	err = ConnectError(op.Connect(), unix.ECONNREFUSED)
	if !errors.Is(err, unix.ECONNREFUSED) || err.Error() != "dial tcp 127.0.0.1:1: connect: connection refused" {
		t.Errorf("connect: %v", err)
	}
}
