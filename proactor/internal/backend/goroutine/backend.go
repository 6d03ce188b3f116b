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
	channel skeleton.Channel

	working sync.WaitGroup // the goroutines that may still complete an operation
}

var _ backend.Backend = (*Backend)(nil)

// New makes a backend. It never fails.
func New(backend.Options) (backend.Backend, error) {
	b := new(Backend)
	b.channel.Init()
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
func (b *Backend) Wake() { b.channel.Wake() }

// Wait implements backend.Backend.
func (b *Backend) Wait(deadline time.Duration) *backend.Op {
	return b.channel.Wait(&b.Base, &b.Completed, deadline)
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
