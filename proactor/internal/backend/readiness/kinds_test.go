//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package readiness

import (
	"errors"
	"io"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/skeleton"
)

// A queue is not ready after an attempt that has emptied, or filled, the kernel's buffer
// of a stream socket.
func TestReadinessAfterAnAttempt(t *testing.T) {
	for name, test := range map[string]struct {
		n, size int
		errno   unix.Errno
		hangup  bool
		name    string // of a pipe
		ready   bool
	}{
		"all":                    {n: 4, size: 4, ready: true},
		"less":                   {n: 3, size: 4},
		"less after a hang-up":   {n: 3, size: 4, hangup: true, ready: true},
		"less of a pipe":         {n: 3, size: 4, name: "pipe", ready: true},
		"nothing":                {size: 4, errno: unix.EAGAIN},
		"nothing of a pipe":      {size: 4, errno: unix.EAGAIN, name: "pipe"},
		"nothing after hang-up":  {size: 4, errno: unix.EAGAIN, hangup: true},
		"an error":               {size: 4, errno: unix.ECONNRESET, ready: true},
		"not allowed":            {size: 4, errno: unix.EPERM, ready: true},
		"an error after hang-up": {size: 4, errno: unix.ECONNRESET, hangup: true, ready: true},
	} {
		q := &opQueue{ready: true, hangup: test.hangup, h: &handle{Descriptor: skeleton.Descriptor{Name: test.name}}}
		if q.noteReadinessLocked(test.n, test.size, test.errno); q.ready != test.ready {
			t.Errorf("%s: ready is %v", name, q.ready)
		}
	}
}

// The end of a stream is found again by each read. A write after CloseWrite fails with an
// error of its own.
func TestEndsOfAStream(t *testing.T) {
	q := &opQueue{h: new(handle)}
	for _, test := range []struct {
		n     int
		errno unix.Errno
		ready bool
		want  error
	}{
		{1, 0, false, nil}, {0, unix.EAGAIN, false, backend.ErrWouldBlock}, {0, unix.EPERM, false, unix.EPERM}, {0, 0, true, io.EOF},
	} {
		if n, err := q.readResultLocked(test.n, test.errno); n != test.n || !errors.Is(err, test.want) || q.ready != test.ready {
			t.Errorf("read %d, %v: %d, %v, ready %v", test.n, test.errno, n, err, q.ready)
		}
	}
	for _, closing := range []bool{false, true} {
		q.h.WriteClosing = closing
		for _, errno := range []unix.Errno{unix.EPIPE, unix.ECONNRESET} {
			if n, err := q.writeResultLocked(0, errno); n != 0 || !errors.Is(err, errno) || (err == backend.ErrWriteClosed) != (closing && errno == unix.EPIPE) {
				t.Errorf("%v with CloseWrite %v: %d, %v", errno, closing, n, err)
			}
		}
	}
}

// An edge makes the queues ready that it concerns.
func TestEdges(t *testing.T) {
	b, d := newEager(t)
	d.quiet = true
	r, _, err := b.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	h := r.(*handle)
	in, out := &h.queues[backend.In], &h.queues[backend.Out]
	for _, flags := range []Flags{0, Readable, Writable, Readable | Writable, Hangup, Hangup | Readable, Hangup | Writable, 0} {
		before := in.hangup
		in.ready, out.ready = false, false
		h.onEdge(flags)
		hangup := flags&Hangup != 0
		if in.ready != (hangup || flags&Readable != 0) || out.ready != (hangup || flags&Writable != 0) {
			t.Errorf("after %b readable is %v, writable %v", flags, in.ready, out.ready)
		}
		if in.hangup != (before || hangup) || out.hangup != in.hangup || h.HungUp() != in.hangup {
			t.Errorf("after %b a hang-up is known: %v, %v, %v", flags, in.hangup, out.hangup, h.HungUp())
		}
	}
}

// An attempt that finds nothing waits for an edge.
func TestNothingIsNotReady(t *testing.T) {
	b, d := newEager(t)
	d.quiet = true
	listener, err := b.Listen("tcp", "127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	packets, err := b.ListenPacket("udp", "127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	_, w, err := b.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	fill(t, w)
	w.(*handle).queues[backend.Out].ready = true
	send := &backend.Op{Kind: backend.KindTransmitFile, Handle: w, Args: &backend.Transmission{Header: make([]byte, 1)}}
	send.Transmission().Reset(send)
	empty, _, err := b.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	for _, op := range []*backend.Op{
		{Kind: backend.KindAccept, Handle: listener},
		{Kind: backend.KindReceiveFrom, Handle: packets, Buf: make([]byte, 1), Args: new(backend.Datagram)},
		{Kind: backend.KindRead, Handle: empty, Buf: make([]byte, 1)},
		send,
	} {
		q := queueOf(op)
		if b.Start(op); q.ready || q.Ops.Head() != op || b.Wait(0) != nil {
			t.Errorf("kind %d: ready is %v", op.Kind, q.ready)
		}
		if latest := b.spinner.latest.Load(); (latest == q) != (op.Kind == backend.KindRead) {
			t.Errorf("kind %d: a spin would try it", op.Kind)
			b.spinner.latest.Store(nil)
		}
	}
	empty.Close()
	if b.spinner.latest.Load() != nil {
		t.Error("a closed handle is kept")
	}
}

// socketPair makes a stream of b, and returns the descriptor of the other end.
func socketPair(t *testing.T, b *Backend) (h *handle, peer int) {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fds[1]) })
	if err := unix.SetNonblock(fds[0], true); err != nil {
		t.Fatal(err)
	}
	made, err := b.Make(skeleton.Descriptor{FD: fds[0], Network: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	return made.(*handle), fds[1]
}

// fill writes to h until there is no room.
func fill(t *testing.T, h backend.Handle) {
	t.Helper()
	for block := make([]byte, 1<<16); ; {
		if _, err := h.TryWrite(block); err == backend.ErrWouldBlock {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

// Each attempt on a stream notes that it has emptied, or filled, the kernel's buffer.
func TestEachAttemptNotesReadiness(t *testing.T) {
	b, d := newEager(t)
	d.quiet = true
	h, peer := socketPair(t, b)
	run := func(op *backend.Op) (int, error) {
		op.Handle = h
		b.Start(op)
		if b.Wait(0) != op {
			t.Fatalf("kind %d waits", op.Kind)
		}
		return op.N, op.Err
	}
	two := [][]byte{make([]byte, 2), make([]byte, 2)}
	in, out := &h.queues[backend.In], &h.queues[backend.Out]
	for name, read := range map[string]func() (int, error){
		"TryRead": func() (int, error) { return h.TryRead(make([]byte, 4)) },
		"Read":    func() (int, error) { return run(&backend.Op{Kind: backend.KindRead, Buf: make([]byte, 4)}) },
		"ReadV":   func() (int, error) { return run(&backend.Op{Kind: backend.KindReadV, Vec: two}) },
	} {
		if _, err := unix.Write(peer, []byte("xyz")); err != nil {
			t.Fatal(err)
		}
		in.ready = true
		if n, err := read(); n != 3 || err != nil || in.ready {
			t.Errorf("%s: %d, %v, ready %v", name, n, err, in.ready)
		}
	}
	if fill(t, h); out.ready {
		t.Error("ready after a TryWrite without room")
	}
	out.ready = true
	if n, err := h.TryWriteV(two); n != 0 || err != backend.ErrWouldBlock || out.ready {
		t.Errorf("TryWriteV without room: %d, %v, ready %v", n, err, out.ready)
	}
}

// The write side stays open while a write waits, whatever an edge says about the other
// side.
func TestCloseWriteWaitsForWrites(t *testing.T) {
	b, d := newEager(t)
	d.quiet = true
	h, _ := socketPair(t, b)
	fill(t, h)
	b.Start(&backend.Op{Kind: backend.KindWrite, Handle: h, Buf: make([]byte, 1)})
	if err := h.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	h.queues[backend.In].onEdge(false)
	if h.WriteShutDown {
		t.Error("the write side is shut down before the last write")
	}
	h.Cancel()
	if !h.WriteShutDown {
		t.Error("the write side is open after the last write")
	}
	b.Wait(0)
}
