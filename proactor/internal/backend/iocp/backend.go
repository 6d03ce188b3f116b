//go:build windows

// Package iocp carries operations out by handing them to Windows, which adds them
// to a completion port when they are done.
//
// # The life of an operation
//
//  1. Start puts it into the opQueue of its handle and direction. Only the head of
//     a queue is in flight, in the hands of the system, which keeps a stream in
//     order (opqueue.go).
//  2. The system carries out at once what it can: the operation then completes
//     within Start. Otherwise it is in flight until it comes out of the port.
//  3. Wait takes operations out of the port, turns them into results, and puts
//     the next operation of each queue into flight (wait.go).
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
// A goroutine that waits holds a thread of the operating system, unlike with other
// backends: Go's runtime has a port of its own, which other packages cannot use.
package iocp

import (
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/skeleton"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// Backend implements backend.Backend.
type Backend struct {
	skeleton.Base // Closed is set while mu is held
	skeleton.Handles[*handle]
	port      sys.Port
	events    sys.PortBuffer // used by Wait only
	completed backend.Completions
	inFlight  atomic.Int64 // operations that will come out of the port

	timer    *time.Timer // ends a Wait at its deadline
	sleeping atomic.Bool // a goroutine is inside the port, or about to be

	mu       sync.Mutex
	connects map[*backend.Op]*handle // connects in progress
	draining map[*handle]struct{}    // closed handles with something in flight

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
	b := &Backend{port: port, connects: make(map[*backend.Op]*handle), draining: make(map[*handle]struct{})}
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

// Cancel implements backend.Backend.
func (b *Backend) Cancel(op *backend.Op) {
	if op.Kind == backend.KindConnect {
		b.cancelConnect(op)
		return
	}
	if q := queueOf(op); q != nil {
		skeleton.Cancel(q, op)
		return
	}
	b.Files.Cancel(op)
}

// CancelAll implements backend.Backend.
func (b *Backend) CancelAll() {
	b.mu.Lock()
	connects := slices.Collect(maps.Keys(b.connects))
	b.mu.Unlock()
	for _, op := range connects {
		b.cancelConnect(op)
	}
	b.Open.Each((*handle).Cancel)
	b.Files.CancelAll()
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
	b.completed.Add(op)
	b.wakeSleeper()
}

// complete adds op to the completed operations. The caller wakes the sleeper
// afterwards, with no lock held.
func (b *Backend) complete(op *backend.Op, err error) {
	op.Err = err
	b.completed.Add(op)
}

// Close implements backend.Backend. The operations in flight were cancelled, and so
// come out of the port at once.
func (b *Backend) Close() error {
	b.mu.Lock()
	again := b.Closed.Swap(true)
	connecting := slices.Collect(maps.Values(b.connects))
	b.mu.Unlock()
	if again {
		return nil
	}
	for _, h := range connecting {
		h.Close()
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
