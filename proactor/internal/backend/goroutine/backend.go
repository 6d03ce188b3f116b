// Package goroutine carries operations out on goroutines that block in package net.
// The paper calls this the "dedicated threads" emulation of an asynchronous
// operation processor. It works on every system that Go supports.
//
// Each direction of a handle has an opQueue: a queue of operations and one
// goroutine that carries them out one after the other. The goroutine lives from the
// first operation until the handle is closed, so that an operation allocates
// nothing.
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
	wake      chan struct{} // capacity 1: an operation has completed, or Wake was called
	timer     *time.Timer   // of Wait, which has one caller at a time
	start     time.Time     // Now is the time since start

	handles  backend.Registry[handle]
	files    files.Pool
	closing  atomic.Bool
	working  sync.WaitGroup // the goroutines that may still complete an operation
	mu       sync.Mutex
	connects map[*backend.Op]context.CancelFunc // the connects in progress; nil once closed
}

// handle is a backend.Handle whose operations go through opQueues.
type handle interface {
	backend.Handle
	// queue returns the queue for operations of kind k, or nil if there is none.
	queue(k backend.Kind) *opQueue
	// failAll makes the outstanding operations complete with err, once they end.
	failAll(err error)
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
	b.files.Start(op) // completes op with an error if it is not a file operation
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

// queueOf returns the queue that op belongs to.
func queueOf(op *backend.Op) *opQueue {
	h, ok := op.Handle.(handle)
	if !ok {
		return nil
	}
	return h.queue(op.Kind)
}

// complete adds op to the completions that Wait returns.
func (b *Backend) complete(op *backend.Op) {
	if b.completed.Add(op) {
		b.Wake()
	}
}

// Wake implements backend.Backend.
func (b *Backend) Wake() {
	select {
	case b.wake <- struct{}{}:
	default: // a wake-up is pending already
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

// Close implements backend.Backend. It fails the operations of all handles before
// it closes the first: where both ends of a stream belong to this backend, neither
// end should observe the close of the other. It waits for the goroutines, which
// wait for nothing once their handles are closed.
func (b *Backend) Close() error {
	b.closing.Store(true)
	b.mu.Lock()
	connects := b.connects
	b.connects = nil
	b.mu.Unlock()
	for _, cancel := range connects {
		cancel()
	}
	b.handles.Each(func(h handle) { h.failAll(backend.ErrBackendClosed) })
	b.handles.CloseAll()
	b.files.Close()
	b.working.Wait()
	return nil
}

// closedError returns the error of an operation on a handle that is closed now.
func (b *Backend) closedError() error {
	if b.closing.Load() {
		return backend.ErrBackendClosed
	}
	return backend.ErrHandleClosed
}
