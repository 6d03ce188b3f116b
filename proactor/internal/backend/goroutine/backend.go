// Package goroutine carries operations out on goroutines that block in package
// net: the paper's "dedicated threads" emulation of an asynchronous operation
// processor. It works wherever Go does.
//
// Each direction of a handle has a lane: a queue of operations and, from its
// first operation until the handle is closed, one goroutine that carries them
// out one after the other. An operation therefore allocates nothing.
package goroutine

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/files"
)

// Backend implements backend.Backend.
type Backend struct {
	completed backend.Completions
	wake      chan struct{} // holds one: something has completed, or Wake was called
	timer     *time.Timer   // of Wait, which has one caller at a time
	start     time.Time     // Now is counted from here

	handles  backend.Registry[handle]
	files    files.Pool
	closing  atomic.Bool
	working  sync.WaitGroup // every goroutine that may still complete something
	mu       sync.Mutex
	connects map[*backend.Op]context.CancelFunc // those in progress; nil once closed
}

// handle is a backend.Handle whose operations go through lanes.
type handle interface {
	backend.Handle
	// lane is the one for operations of kind k, nil if the handle has none.
	queue(k backend.Kind) *opQueue
	// abandon makes everything outstanding complete with err, once it ends.
	abandon(err error)
}

var _ backend.Backend = (*Backend)(nil)

// New makes a backend. It never fails.
func New(backend.Options) (backend.Backend, error) {
	b := &Backend{
		wake:     make(chan struct{}, 1),
		timer:    time.NewTimer(time.Hour),
		start:    time.Now(),
		connects: make(map[*backend.Op]context.CancelFunc),
	}
	b.timer.Stop()
	b.files.Init(b.complete, nil)
	return b, nil
}

// Name implements backend.Backend.
func (b *Backend) Name() string { return "goroutine" }

// Now implements backend.Backend.
func (b *Backend) Now() time.Duration { return time.Since(b.start) }

// Start implements backend.Backend.
func (b *Backend) Start(op *backend.Op) {
	if op.Kind == backend.KindConnect {
		b.connect(op)
		return
	}
	if l := queueOf(op); l != nil {
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
	if l := queueOf(op); l != nil {
		l.cancel(op)
		return
	}
	b.files.Cancel(op)
}

// CancelAll implements backend.Backend.
func (b *Backend) CancelAll() {
	b.mu.Lock()
	for _, cancel := range b.connects {
		cancel()
	}
	b.mu.Unlock()
	b.handles.Each(handle.Cancel)
	b.files.CancelAll()
}

// queueOf is the lane that op belongs to.
func queueOf(op *backend.Op) *opQueue {
	h, ok := op.Handle.(handle)
	if !ok {
		return nil
	}
	return h.queue(op.Kind)
}

// complete puts op where Wait finds it.
func (b *Backend) complete(op *backend.Op) {
	if b.completed.Add(op) {
		b.Wake()
	}
}

// Wake implements backend.Backend.
func (b *Backend) Wake() {
	select {
	case b.wake <- struct{}{}:
	default: // Wait has been told already
	}
}

// Wait implements backend.Backend.
func (b *Backend) Wait(deadline time.Duration) *backend.Op {
	woken := deadline == 0
	select {
	case <-b.wake:
		woken = true
	default:
	}
	if list := b.completed.Take(); list != nil || woken {
		return list
	}
	if deadline == backend.NoDeadline {
		<-b.wake
		return b.completed.Take()
	}
	b.timer.Reset(deadline - b.Now())
	select {
	case <-b.wake:
		b.timer.Stop()
	case <-b.timer.C:
	}
	return b.completed.Take()
}

// Close implements backend.Backend. All handles are abandoned before the first
// is closed: where both ends of a stream are here, neither is to see the other
// go. It waits for the goroutines, none of which
// waits for anything once its handle is closed.
func (b *Backend) Close() error {
	b.closing.Store(true)
	b.mu.Lock()
	connects := b.connects
	b.connects = nil
	b.mu.Unlock()
	for _, cancel := range connects {
		cancel()
	}
	b.handles.Each(func(h handle) { h.abandon(backend.ErrBackendClosed) })
	b.handles.CloseAll()
	b.files.Close()
	b.working.Wait()
	return nil
}

// closedError is why an operation on a handle that is closed now fails.
func (b *Backend) closedError() error {
	if b.closing.Load() {
		return backend.ErrBackendClosed
	}
	return backend.ErrHandleClosed
}
