//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package sys

import (
	"bytes"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// newKqueue makes a queue that watches both ends of a pipe.
func newKqueue(t *testing.T) (k *Kqueue, r, w int) {
	t.Helper()
	k, err := NewKqueue()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { k.Close() })
	var fds [2]int
	if err := openPipe(&fds); err != nil {
		t.Fatal(err)
	}
	for _, fd := range fds {
		t.Cleanup(func() { Close(fd) })
		if errno := k.Add(fd); errno != 0 {
			t.Fatal(errno)
		}
	}
	return k, fds[0], fds[1]
}

// eventOf waits for an event of fd.
func eventOf(t *testing.T, k *Kqueue, fd int, what KqueueFilter) KqueueEvent {
	t.Helper()
	var e KqueueEvents
	for {
		n := k.Wait(&e, 10*time.Second)
		if n == 0 {
			t.Fatal("no event came")
		}
		for _, e := range e[:n] {
			if e.FD == fd && e.Filter == what {
				return e
			}
		}
	}
}

func TestKqueue(t *testing.T) {
	k, r, w := newKqueue(t)
	eventOf(t, k, w, KqueueWrite)
	for range 3 { // an edge each time, though nothing is read
		if _, errno := Send(w, []byte("x")); errno != 0 {
			t.Fatal(errno)
		}
		if e := eventOf(t, k, r, KqueueRead); e.EOF || e.Errno != 0 {
			t.Errorf("%+v", e)
		}
	}
	k.Remove(r)
	if _, errno := Send(w, []byte("x")); errno != 0 {
		t.Fatal(errno)
	}
	var e KqueueEvents
	for i := range k.Wait(&e, 0) {
		if e[i].FD == r {
			t.Errorf("removed: %+v", e[i])
		}
	}
}

func TestKqueueTrigger(t *testing.T) {
	k, _, w := newKqueue(t)
	eventOf(t, k, w, KqueueWrite)
	var e KqueueEvents
	for range 100 {
		go k.Trigger()
		if n := k.Wait(&e, -1); n != 1 || e[0] != (KqueueEvent{}) {
			t.Fatalf("%d events: %+v", n, e[0])
		}
	}
	if n := k.Wait(&e, 0); n != 0 {
		t.Errorf("%d events: %+v", n, e[0])
	}
}

func TestSockaddrRoundTrip(t *testing.T) {
	for _, test := range []struct{ network, address string }{
		{"tcp", "127.0.0.1:5555"}, {"tcp", "[2001:db8::1]:80"}, {"udp", "[fe80::1%1]:9"}, {"unix", "/tmp/socket"},
	} {
		var a, again Address
		if _, err := EncodeAddress(&a, test.network, test.address); err != nil {
			t.Fatal(err)
		}
		encodeSockaddr(&again, sockaddrOf(&a))
		if x, y := DecodeAddress(&a).String(), DecodeAddress(&again).String(); x != y {
			t.Errorf("%s came back as %s", x, y)
		}
	}
}

// Buffers are read into in turn, and buffers written in one piece keep their order.
func TestVector(t *testing.T) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range fds {
		t.Cleanup(func() { Close(fd) })
		if err := unix.SetNonblock(fd, true); err != nil {
			t.Fatal(err)
		}
	}
	var x Vector
	size := x.Set([][]byte{[]byte("a"), nil, []byte("bcd"), []byte("ef")})
	n, errno := SendVector(fds[0], &x)
	x.Reset()
	if n != size || errno != 0 {
		t.Fatal(n, errno)
	}
	in := [][]byte{make([]byte, 2), make([]byte, 2), make([]byte, 9)}
	x.Set(in)
	n, errno = RecvVector(fds[1], &x)
	x.Reset()
	if n != 6 || errno != 0 || !bytes.Equal(bytes.Join(in, nil)[:6], []byte("abcdef")) {
		t.Error(n, errno, in)
	}
	x.Set(in)
	if _, errno = RecvVector(fds[1], &x); errno != unix.EAGAIN {
		t.Error(errno)
	}
}
