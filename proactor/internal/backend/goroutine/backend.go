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
	"sync"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/skeleton"
)

// Backend implements backend.Backend.
type Backend struct {
	skeleton.Core[handle]
	wake  chan struct{} // capacity 1: an operation has completed, or Wake was called
	timer *time.Timer   // of Wait, which has one caller at a time

	working sync.WaitGroup // the goroutines that may still complete an operation
}

var _ backend.Backend = (*Backend)(nil)

// New makes a backend. It never fails.
func New(backend.Options) (backend.Backend, error) {
	b := &Backend{wake: make(chan struct{}, 1), timer: time.NewTimer(time.Hour)}
	b.timer.Stop()
	b.Base.Init("goroutine", b.complete, nil)
	return b, nil
}

// Start implements backend.Backend.
func (b *Backend) Start(op *backend.Op) {
	if op.Kind == backend.KindConnect {
		b.startConnect(op)
		return
	}
	if l := queueOf(op); l != nil {
		l.start(op)
		return
	}
	b.Files.Start(op) // completes op with an error if it is not a file operation
}

// complete adds op to the completions that Wait returns.
func (b *Backend) complete(op *backend.Op) {
	if b.Completed.Add(op) {
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
	if list := b.Completed.Take(); list != nil || woken {
		return list
	}
	if deadline == backend.NoDeadline {
		<-b.wake
		return b.Completed.Take()
	}
	b.timer.Reset(deadline - b.Now())
	select {
	case <-b.wake:
		b.timer.Stop()
	case <-b.timer.C:
	}
	return b.Completed.Take()
}

// Close implements backend.Backend. It fails the operations of all handles before
// it closes the first: where both ends of a stream belong to this backend, neither
// end should observe the close of the other. It waits for the goroutines, which
// wait for nothing once their handles are closed.
func (b *Backend) Close() error {
	if !b.BeginClose(func(op *backend.Op, x skeleton.Connecting) { x.CancelConnect(op) }) {
		return nil
	}
	b.Open.Each(func(h handle) { h.common().failAll(backend.ErrBackendClosed) })
	b.Open.CloseAll()
	b.Files.Close()
	b.working.Wait()
	return nil
}
