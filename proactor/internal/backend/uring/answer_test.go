//go:build linux

package uring

import (
	"errors"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// These tests give answers that the kernel gives rarely, or that a test cannot make it
// give: they put an operation into flight that the kernel does not have.

// answer gives b the kernel's answer to op, which is in flight with the flags of state.
func answer(b *Backend, op *backend.Op, state uint32, res int32) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if op.Flag == idle {
		if h, ok := op.Handle.(*handle); ok {
			h.queues[op.Kind.Direction()].Push(op)
			h.refs.Add(1)
		}
		b.slots.take(op)
		op.Flag = inFlight | state
	}
	b.onCompletionLocked(sys.CQE{UserData: b.slots.number(op), Res: res})
	b.hasCompleted.Store(true)
}

// newListener makes a listener.
func newListener(t *testing.T, b *Backend) backend.Handle {
	t.Helper()
	l, err := b.Listen("tcp", "127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func connectTo(address string) *backend.Op {
	return &backend.Op{Kind: backend.KindConnect, Args: &backend.ConnectArgs{Network: "tcp", Address: address}}
}

// connecting returns a connect whose socket is connected to l, or not yet. The ring does
// not have it.
func connecting(t *testing.T, l backend.Handle, connected bool) *backend.Op {
	t.Helper()
	op := connectTo(l.LocalAddr().String())
	if err := sys.PrepareConnect(op.Connect(), &op.Sys); err != nil {
		t.Fatal(err)
	}
	if connected {
		if errno := sys.Connect(&op.Sys); errno != 0 && errno != unix.EINPROGRESS {
			t.Fatal(errno)
		}
	}
	return op
}

// An accept whose peer has gone, or that was interrupted, waits for the next peer.
func TestAcceptPassesOver(t *testing.T) {
	for _, errno := range []unix.Errno{unix.ECONNABORTED, unix.EINTR, unix.ECANCELED} {
		b := open(t, tuning{})
		l := newListener(t, b)
		accept := &backend.Op{Kind: backend.KindAccept, Handle: l}
		answer(b, accept, 0, -int32(errno))
		if accept.Flag != inFlight {
			t.Fatalf("%v ends an accept: %v", errno, accept.Err)
		}
		connect := connectTo(l.LocalAddr().String())
		b.Start(connect)
		collect(t, b, 2)
		if accept.Err != nil || accept.New == nil || connect.Err != nil {
			t.Errorf("after %v: %v, %v", errno, accept.Err, connect.Err)
		}
	}
}

// A connect that had succeeded when it was cancelled has succeeded. One that is in
// progress ends.
func TestCancelOfConnectThatPolls(t *testing.T) {
	for name, test := range map[string]struct {
		connected bool
		state     uint32
		res       int32
		want      error
	}{
		"succeeded":     {true, polling, unix.POLLOUT, nil},
		"not connected": {false, polling, unix.POLLOUT, backend.ErrCanceled},
		"in progress":   {false, 0, -int32(unix.EINPROGRESS), backend.ErrCanceled},
		"already begun": {false, 0, -int32(unix.EALREADY), backend.ErrCanceled},
		"cancelled":     {false, 0, -int32(unix.ECANCELED), backend.ErrCanceled},
		"refused":       {false, 0, -int32(unix.ECONNREFUSED), unix.ECONNREFUSED},
	} {
		t.Run(name, func(t *testing.T) {
			b := open(t, tuning{})
			op := connecting(t, newListener(t, b), test.connected)
			answer(b, op, cancelled|test.state, test.res)
			await(t, b, op)
			if !errors.Is(op.Err, test.want) || (op.New != nil) != (test.want == nil) {
				t.Errorf("%v, %v; want %v", op.New, op.Err, test.want)
			}
		})
	}
}

// A connect that continues in the socket after the kernel's attempt is polled until it
// has ended.
func TestConnectContinues(t *testing.T) {
	for name, errno := range map[string]unix.Errno{"in progress": unix.EINPROGRESS, "already begun": unix.EALREADY, "connected": unix.EISCONN} {
		t.Run(name, func(t *testing.T) {
			b := open(t, tuning{})
			op := connecting(t, newListener(t, b), true)
			answer(b, op, 0, -int32(errno))
			if wait := errno != unix.EISCONN; wait && op.Flag != inFlight|polling {
				t.Fatalf("its state is %b", op.Flag)
			}
			await(t, b, op)
			if op.Err != nil || op.New == nil {
				t.Error(op.Err)
			}
		})
	}
}

// An operation is tried again after a failure that passes, a bounded number of times if
// the failure should not happen.
func TestTryAgain(t *testing.T) {
	for name, test := range map[string]struct {
		kind    backend.Kind
		network string
		state   uint32
		errno   unix.Errno
		times   int // many: no bound
	}{
		"no failure":                {backend.KindRead, "", 0, 0, 0},
		"a reset":                   {backend.KindRead, "", 0, unix.ECONNRESET, 0},
		"a thread's exit":           {backend.KindRead, "", 0, unix.ECANCELED, many},
		"a cancel":                  {backend.KindRead, "", cancelled, unix.ECANCELED, 0},
		"a signal":                  {backend.KindWrite, "", 0, unix.EINTR, many},
		"a signal and a cancel":     {backend.KindWrite, "", cancelled, unix.EINTR, 0},
		"no memory":                 {backend.KindWrite, "", 0, unix.EAGAIN, maxTries - 1},
		"a thread that has gone":    {backend.KindRead, "", 0, unix.EFAULT, maxTries - 1},
		"a full queue":              {backend.KindConnect, "unix", 0, unix.EAGAIN, 0},
		"a connect in progress":     {backend.KindConnect, "tcp", 0, unix.EINPROGRESS, many},
		"a read in progress":        {backend.KindRead, "", 0, unix.EINPROGRESS, 0},
		"an accept's peer has gone": {backend.KindAccept, "", 0, unix.ECONNABORTED, many},
		"a read's peer has gone":    {backend.KindRead, "", 0, unix.ECONNABORTED, 0},
		"a port that is taken":      {backend.KindConnect, "tcp", 0, unix.EADDRNOTAVAIL, 2},
		"a path has no port":        {backend.KindConnect, "unix", 0, unix.EADDRNOTAVAIL, 0},
		"a read has no port":        {backend.KindRead, "", 0, unix.EADDRNOTAVAIL, 0},
	} {
		t.Run(name, func(t *testing.T) {
			b := open(t, tuning{})
			op := &backend.Op{Kind: test.kind, Flag: inFlight | test.state}
			if test.kind == backend.KindConnect {
				op.Args = &backend.ConnectArgs{Network: test.network, Address: "127.0.0.1:9"}
				op.Sys.Fd = -1
			}
			var s slot
			times := 0
			for times < many && b.shouldRetryLocked(op, &s, test.errno) {
				times++
			}
			if times != test.times {
				t.Errorf("tried again %d times, want %d", times, test.times)
			}
			if op.Kind == backend.KindConnect && op.Sys.Fd >= 0 {
				sys.Close(int(op.Sys.Fd))
			}
		})
	}
}

const many = 1000

// A connect that has used up its sockets, and cannot be bound again, does not close a
// descriptor twice: its number may belong to another file by then.
func TestConnectWithoutASocket(t *testing.T) {
	b := open(t, tuning{})
	op := connecting(t, newListener(t, b), false)
	first := int(op.Sys.Fd)
	op.Connect().Socket = &backend.SocketOptions{LocalAddr: "192.0.2.1:0"} // not an address of this host
	answer(b, op, 0, -int32(unix.EADDRNOTAVAIL))
	b.mu.Lock()
	descriptors := append([]int(nil), b.toClose...)
	b.mu.Unlock()
	if len(descriptors) != 1 || descriptors[0] != first {
		t.Errorf("closes %v, want only %d", descriptors, first)
	}
	await(t, b, op)
	if !errors.Is(op.Err, unix.EADDRNOTAVAIL) || op.New != nil {
		t.Errorf("%v, %v", op.New, op.Err)
	}
}

// A read of a pipe for which the kernel answers EAGAIN is polled.
func TestPipePolls(t *testing.T) {
	b := open(t, tuning{})
	r, w, err := b.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []backend.Kind{backend.KindRead, backend.KindReceive} {
		op := &backend.Op{Kind: kind, Handle: r, Buf: make([]byte, 8)}
		pool := backend.NewPool(8, 1)
		if kind == backend.KindReceive {
			op.Args = &backend.ReceiveArgs{Pool: pool, Buffer: pool.TryTake()}
		}
		answer(b, op, 0, -int32(unix.EAGAIN))
		if op.Flag != inFlight|polling {
			t.Fatalf("%v: its state is %b", kind, op.Flag)
		}
		if list := b.Wait(0); list != nil {
			t.Fatalf("%v has completed without bytes: %v", kind, list.Err)
		}
		if n, err := w.TryWrite([]byte("bytes")); n != 5 || err != nil {
			t.Fatal(n, err)
		}
		await(t, b, op)
		if op.N != 5 || op.Err != nil {
			t.Errorf("%v: %d, %v", kind, op.N, op.Err)
		}
		if kind == backend.KindReceive {
			op.Receive().Buffer.Release()
		}
	}
}

// A cancel that finds the operation between two attempts is repeated, because the
// operation may wait again.
func TestCancelMissed(t *testing.T) {
	b := open(t, tuning{})
	_, server := pair(t, b)
	r := read(b, server, 1)
	b.submit()
	b.mu.Lock()
	r.Flag |= cancelled // as if the kernel had found nothing to cancel
	b.onCompletionLocked(sys.CQE{UserData: b.slots.number(r) | ofCancel, Res: -int32(unix.ENOENT)})
	b.mu.Unlock()
	await(t, b, r)
	if r.Err != backend.ErrCanceled {
		t.Error(r.Err)
	}
}

// A transmission to a full pipe waits in the kernel until there is room: nothing
// completes meanwhile.
func TestTransmitToAFullPipeWaits(t *testing.T) {
	b := open(t, tuning{})
	r, w, err := b.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	sent := make([]byte, 4*backend.TransmitTurn)
	args := &backend.Transmission{Header: sent}
	op := &backend.Op{Kind: backend.KindTransmitFile, Handle: w, Args: args}
	args.Reset(op)
	b.Start(op)
	for op.Flag&inFlight == 0 { // until the pipe is full
		if list := b.Wait(0); list != nil {
			t.Fatalf("%v completed: %d bytes, %v", list.Kind, list.N, list.Err)
		}
	}
	before := b.reaps.Load()
	for range 1000 {
		if list := b.Wait(0); list != nil {
			t.Fatalf("%v completed: %d bytes, %v", list.Kind, list.N, list.Err)
		}
	}
	if n := b.reaps.Load() - before; n > 0 {
		t.Fatalf("%d completions of a transmission that waits", n)
	}
	got := 0
	for buf := make([]byte, 64<<10); got < len(sent); {
		n, err := r.TryRead(buf)
		got += n
		if err != nil && err != backend.ErrWouldBlock {
			t.Fatal(err)
		}
		if list := b.Wait(0); list != nil && (list != op || list.Err != nil) {
			t.Fatalf("%v completed: %d bytes, %v", list.Kind, list.N, list.Err)
		}
	}
	if op.N != len(sent) {
		t.Errorf("%d bytes were sent, want %d", op.N, len(sent))
	}
}
