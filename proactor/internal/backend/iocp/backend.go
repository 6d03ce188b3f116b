//go:build windows

// Package iocp carries operations out by handing them to Windows, which adds them
// to a completion port when they are done.
//
// # The life of an operation
//
//  1. Start puts it into the opQueue of its handle and direction. Only the head of
//     a queue is in flight, in the hands of the system, which keeps a stream in
//     order (opqueue.go). kinds.go has the system call for each kind of operation.
//  2. The system carries out at once what it can: the operation then completes
//     within Start. Otherwise it is in flight until it comes out of the port.
//  3. Wait takes operations out of the port, turns them into results, and puts
//     the next operation of each queue into flight.
//
// # Invariants
//
// The system knows an operation by the address of its OVERLAPPED, in Op.Sys, and
// writes there, and into the buffers, until the operation has come out of the port.
// So the operation must stay reachable: it is the head of its queue, and the queue's
// handle is in the registry, among the connects in progress, or among the closed
// handles that still have something in flight (draining).
//
// A queue's lock is held during system calls on the handle. When both queues are
// closed and nothing is in flight no goroutine uses the socket any more, and its
// number may come to mean another file.
//
// A goroutine that waits holds a thread of the operating system: Go's runtime has a port
// of its own, which other packages cannot use.
package iocp

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/skeleton"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// Backend implements backend.Backend.
type Backend struct {
	skeleton.Core[*handle]
	skeleton.Handles[*handle]
	port     sys.Port
	events   sys.PortBuffer // used by Wait only
	inFlight atomic.Int64   // operations that will come out of the port

	timer    *time.Timer // ends a Wait at its deadline
	sleeping atomic.Bool // a goroutine is inside the port, or about to be

	draining map[*handle]struct{} // closed handles with something in flight; covered by Mu

	portMu     sync.RWMutex // read-locked by goroutines that post to the port
	portClosed bool         // covered by portMu: the port is gone
}

var _ backend.Backend = (*Backend)(nil)

// New makes a backend. The error says what the system lacks.
func New(backend.Options) (backend.Backend, error) {
	port, err := sys.NewPort()
	if err != nil {
		return nil, err
	}
	b := &Backend{port: port, draining: make(map[*handle]struct{})}
	b.Base.Init("iocp", b.fileDone, nil)
	b.Handles.Init(b.register)
	b.timer = time.AfterFunc(time.Hour, b.wakeSleeper)
	b.timer.Stop()
	return b, nil
}

// Start implements backend.Backend.
func (b *Backend) Start(op *backend.Op) {
	if op.Kind == backend.KindConnect {
		b.startConnect(op)
		return
	}
	if q := queueOf(op); q != nil {
		q.start(op)
		return
	}
	b.Files.Start(op) // rejects operations that are not for files
}

// queueOf returns the queue that op belongs to; nil if op's handle cannot do it.
func queueOf(op *backend.Op) *opQueue {
	h, ok := op.Handle.(*handle)
	if !ok || !h.Suits(op.Kind) {
		return nil
	}
	return &h.queues[op.Kind.Direction()]
}

// fileDone takes back an operation from a worker. Any goroutine may call it.
func (b *Backend) fileDone(op *backend.Op) {
	b.Completed.Add(op)
	b.wakeSleeper()
}

// Wait implements backend.Backend.
func (b *Backend) Wait(deadline time.Duration) *backend.Op {
	if b.isPortClosed() {
		return b.Completed.Take()
	}
	if b.PollIsDue() {
		b.poll(false)
	}
	for {
		list := b.Completed.Take()
		if list != nil || b.Woken.Load() || b.IsDue(deadline) {
			b.ClearWake()
			if list == nil {
				b.poll(false)
				list = b.Completed.Take()
			}
			return list
		}
		b.sleep(deadline)
	}
}

// isPortClosed reports whether the port is closed.
func (b *Backend) isPortClosed() bool {
	b.portMu.RLock()
	defer b.portMu.RUnlock()
	return b.portClosed
}

// sleep waits until an operation comes out of the port. The system's own timeouts are
// as coarse as its clock tick of 15 ms; a timer of Go's is not.
//
// No reason to return is lost. The sleeper declares that it sleeps, then looks for a
// reason. A goroutine that has a reason publishes it, then checks whether a goroutine
// sleeps.
//
// Other goroutines run first: a thread that blocks in the port keeps its processor
// until Go's scheduler notices, which takes up to 10 ms.
func (b *Backend) sleep(deadline time.Duration) {
	runtime.Gosched()
	if deadline != backend.NoDeadline {
		b.timer.Reset(deadline - b.Now())
		defer b.timer.Stop()
	}
	b.sleeping.Store(true)
	if !b.Woken.Load() && b.Completed.Empty() && !b.IsDue(deadline) {
		b.poll(true)
	}
	b.sleeping.Store(false)
}

// Wake implements backend.Backend.
func (b *Backend) Wake() {
	if !b.Woken.Swap(true) {
		b.wakeSleeper()
	}
}

// wakeSleeper ends a sleep. The caller has published a reason before.
func (b *Backend) wakeSleeper() {
	if !b.sleeping.Load() || !b.sleeping.CompareAndSwap(true, false) {
		return
	}
	b.portMu.RLock()
	defer b.portMu.RUnlock()
	if !b.portClosed {
		b.port.Post()
	}
}

// poll takes operations out of the port, and waits for the first one if forever is
// true. If there are more they are left for the next poll, so that one poll is bounded.
func (b *Backend) poll(forever bool) {
	b.Polled()
	b.handleEvents(b.port.Wait(&b.events, forever))
}

// handleEvents handles the first n events.
func (b *Backend) handleEvents(n int) {
	for i := range n {
		s, moved, failed := b.events.Done(i)
		if s == nil {
			continue // from wakeSleeper
		}
		op, q := s.Op, s.Queue.(*opQueue)
		s.Queue = nil
		q.onCompletion(op, moved, failed)
		b.inFlight.Add(-1)
	}
}

// Close implements backend.Backend. The operations in flight were cancelled, and so
// come out of the port at once.
func (b *Backend) Close() error {
	if !b.BeginClose(func(_ *backend.Op, x skeleton.Connecting) { x.(*handle).Close() }) {
		return nil
	}
	b.Open.CloseAll()
	b.Files.Close()
	for b.inFlight.Load() > 0 {
		b.handleEvents(b.port.Wait(&b.events, true))
	}
	b.timer.Stop()
	b.portMu.Lock() // no goroutine is about to post
	defer b.portMu.Unlock()
	b.portClosed = true
	return b.port.Close()
}
