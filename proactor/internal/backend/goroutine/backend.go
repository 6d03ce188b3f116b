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
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/skeleton"
)

// Backend implements backend.Backend.
type Backend struct {
	skeleton.Base
	completed backend.Completions
	wake      chan struct{} // capacity 1: an operation has completed, or Wake was called
	timer     *time.Timer   // of Wait, which has one caller at a time

	handles  backend.Registry[handle]
	working  sync.WaitGroup // the goroutines that may still complete an operation
	mu       sync.Mutex
	connects map[*backend.Op]context.CancelFunc // the connects in progress; nil once closed
}

var _ backend.Backend = (*Backend)(nil)

// New makes a backend. It never fails.
func New(backend.Options) (backend.Backend, error) {
	b := &Backend{wake: make(chan struct{}, 1), timer: time.NewTimer(time.Hour), connects: make(map[*backend.Op]context.CancelFunc)}
	b.timer.Stop()
	b.Base.Init("goroutine", b.complete, nil)
	return b, nil
}

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
	b.Files.Start(op) // completes op with an error if it is not a file operation
}

// Cancel implements backend.Backend.
func (b *Backend) Cancel(op *backend.Op) {
	if op.Kind == backend.KindConnect {
		b.cancelConnect(op)
		return
	}
	if l := queueOf(op); l != nil {
		skeleton.Cancel(l, op)
		return
	}
	b.Files.Cancel(op)
}

// CancelAll implements backend.Backend.
func (b *Backend) CancelAll() {
	b.mu.Lock()
	for _, cancel := range b.connects {
		cancel()
	}
	b.mu.Unlock()
	b.handles.Each(handle.Cancel)
	b.Files.CancelAll()
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
	b.Closed.Store(true)
	b.mu.Lock()
	connects := b.connects
	b.connects = nil
	b.mu.Unlock()
	for _, cancel := range connects {
		cancel()
	}
	b.handles.Each(func(h handle) { h.common().failAll(backend.ErrBackendClosed) })
	b.handles.CloseAll()
	b.Files.Close()
	b.working.Wait()
	return nil
}
