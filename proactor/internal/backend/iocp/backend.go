//go:build windows

// Package iocp carries operations out by handing them to Windows, which puts
// them into a completion port when they are done.
//
// # How an operation goes
//
//  1. Start queues it in the lane of its handle and direction. Only the head of
//     a lane is in flight, in the system's hands: that is what keeps a stream in
//     order (opqueue.go).
//  2. What the system can do at once it does: then the operation completes within
//     Start. Otherwise it is in flight until it comes out of the port.
//  3. Wait takes what has come out of the port, turns it into results, and puts
//     the next operation of each lane into flight (wait.go).
//
// # What has to hold
//
// The system knows an operation by the address of its OVERLAPPED, in Op.Sys, and
// writes there, and into the buffers, until it has come out of the port. So the
// operation must stay reachable: it is the head of its lane, and the lane's
// handle is in the registry, among the connects in progress, or among those
// that were closed with something in flight.
//
// A lane's lock is held during system calls on the handle. When both lanes are
// closed and nothing is in flight nobody uses the socket any more, and its number
// may come to mean something else.
//
// A goroutine that waits holds an operating-system thread, unlike with the other
// backends: Go's runtime has a port of its own and lends it to nobody.
package iocp

import (
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/files"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// Backend implements backend.Backend.
type Backend struct {
	port    sys.Port
	events  sys.PortBuffer // Wait's
	started time.Time
	done    backend.Completions
	flying  atomic.Int64 // operations that will come out of the port

	timer   *time.Timer // ends a Wait at its deadline
	woken   atomic.Bool // Wake was called since Wait returned last
	asleep  atomic.Bool // a goroutine is inside the port, or about to be
	skipped int         // calls of Wait that did not look into the port; Wait's

	handles backend.Registry[*handle]
	files   files.Pool
	mu      sync.Mutex
	closed  bool                    // Close was called
	dialing map[*backend.Op]*handle // connects in progress
	landing map[*handle]struct{}    // closed, with something in flight

	life  sync.RWMutex // held for reading by who posts to the port
	ended bool         // life: the port is gone
}

var _ backend.Backend = (*Backend)(nil)

// New makes a backend. The error says what the system does not have.
func New(backend.Options) (backend.Backend, error) {
	port, err := sys.NewPort()
	if err != nil {
		return nil, err
	}
	b := &Backend{
		port:    port,
		started: time.Now(),
		dialing: make(map[*backend.Op]*handle),
		landing: make(map[*handle]struct{}),
	}
	b.timer = time.AfterFunc(time.Hour, b.stir)
	b.timer.Stop()
	b.files.Init(b.fileDone, nil)
	return b, nil
}

// Name implements backend.Backend.
func (b *Backend) Name() string { return "iocp" }

// Now implements backend.Backend.
func (b *Backend) Now() time.Duration { return time.Since(b.started) }

// Start implements backend.Backend.
func (b *Backend) Start(op *backend.Op) {
	if op.Kind == backend.KindConnect {
		b.connect(op)
		return
	}
	if l := laneOf(op); l != nil {
		l.start(op)
		return
	}
	b.files.Start(op) // which refuses what is not for a file
}

// Cancel implements backend.Backend.
func (b *Backend) Cancel(op *backend.Op) {
	if op.Kind == backend.KindConnect {
		b.cancelConnect(op)
		return
	}
	if l := laneOf(op); l != nil {
		l.cancel(op)
		return
	}
	b.files.Cancel(op)
}

// CancelAll implements backend.Backend.
func (b *Backend) CancelAll() {
	b.mu.Lock()
	connects := slices.Collect(maps.Keys(b.dialing))
	b.mu.Unlock()
	for _, op := range connects {
		b.cancelConnect(op)
	}
	b.handles.Each((*handle).Cancel)
	b.files.CancelAll()
}

// laneOf is the lane that op belongs to; nil if its handle cannot do it.
func laneOf(op *backend.Op) *opQueue {
	h, ok := op.Handle.(*handle)
	if !ok || !op.Kind.Suits(h.listener, h.packet) {
		return nil
	}
	return &h.lanes[op.Kind.Direction()]
}

// fileDone takes back what was given to the workers. Anybody calls it.
func (b *Backend) fileDone(op *backend.Op) {
	b.done.Add(op)
	b.stir()
}

// complete puts op where Wait finds it. Who calls it stirs Wait afterwards, with
// no lock held.
func (b *Backend) complete(op *backend.Op, err error) {
	op.Err = err
	b.done.Add(op)
}

// Close implements backend.Backend. Everything in flight was cancelled, and so
// comes out of the port at once.
func (b *Backend) Close() error {
	b.mu.Lock()
	again := b.closed
	b.closed = true
	connecting := slices.Collect(maps.Values(b.dialing))
	b.mu.Unlock()
	if again {
		return nil
	}
	for _, h := range connecting {
		h.Close()
	}
	b.handles.CloseAll()
	b.files.Close()
	for b.flying.Load() > 0 {
		b.take(b.port.Wait(&b.events, true))
	}
	b.timer.Stop()
	b.life.Lock() // nobody is about to post
	defer b.life.Unlock()
	b.ended = true
	return b.port.Close()
}

// closedError is why an operation on a handle that is closed now fails.
func (b *Backend) closedError() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return backend.ErrBackendClosed
	}
	return backend.ErrHandleClosed
}
