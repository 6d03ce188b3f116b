//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

// Package readiness carries an operation out when the kernel says that it is
// possible: asynchronous operations emulated on readiness, for every system
// that reports edges (demultiplexer.go).
//
// # The life of an operation
//
//  1. Start puts it into the opQueue of its handle and direction. If it is the
//     head, and the queue may be ready, it is tried at once (opqueue.go, kinds.go).
//  2. EAGAIN, or a short result, means that the kernel's buffer is empty (or
//     full). The queue is then not ready until the next edge. Descriptors are
//     registered once, edge-triggered, for both directions.
//  3. Wait collects the edges and runs the queues concerned (backend.go).
//     With nothing to do it sleeps in the demultiplexer.
//
// # Invariants
//
// A queue's lock is held from an attempt until what the attempt says about
// readiness is noted. An edge takes the same lock, so that an edge that follows the
// attempt is noted later and not lost.
//
// Operations of one queue are added to the completed ones while its lock is
// held: they complete in order.
package readiness

import (
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/skeleton"
)

// Backend implements backend.Backend.
type Backend struct {
	skeleton.Core[*handle]
	skeleton.Handles[*handle]
	demux   Demultiplexer
	edges   Edges // used by Wait only
	spinner spinner

	transmitQueue transmitQueue // transmissions that can move more
	table         table         // the handles by the token of their edges; covered by Mu
}

var _ backend.Backend = (*Backend)(nil)
var _ backend.Spinner = (*Backend)(nil)

// New makes a backend of that name, on the demultiplexer that open makes. The
// error is that of open.
func New(name string, open Opener) (backend.Backend, error) {
	b := new(Backend)
	b.Base.Init(name, b.fileDone, nil)
	b.Handles.Init(b.register)
	demux, err := open(b.Started, b.hasWork)
	if err != nil {
		return nil, err
	}
	b.demux = demux
	b.spinner.gate, _ = demux.(Gated)
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

// Close implements backend.Backend.
func (b *Backend) Close() error {
	if !b.BeginClose(func(_ *backend.Op, x skeleton.Connecting) { x.(*handle).Close() }) {
		return nil
	}
	b.Open.CloseAll()
	b.Files.Close()
	b.runTransmits() // ends the transmissions that a worker has returned
	return b.demux.Close()
}

// Wait implements backend.Backend.
func (b *Backend) Wait(deadline time.Duration) *backend.Op {
	if b.Closed.Load() {
		return b.Completed.Take()
	}
	if due := b.PollIsDue(); b.runTransmits() || due {
		b.poll()
	}
	if list := b.Completed.Take(); list != nil {
		b.ClearWake()
		return list
	}
	if deadline == 0 || b.Woken.Load() {
		b.ClearWake()
		b.poll()
		return b.Completed.Take()
	}
	b.demux.Sleep(deadline)
	b.ClearWake()
	return b.Completed.Take()
}

// Wake implements backend.Backend.
func (b *Backend) Wake() {
	if !b.Woken.Swap(true) {
		b.demux.Wake()
	}
}

// hasWork reports whether there is a reason not to sleep. The demultiplexer calls it
// before it sleeps. Edges that complete nothing are no reason, however many there are,
// but the edges behind them must be taken too: the place where the demultiplexer
// sleeps may already have been notified of all of them.
func (b *Backend) hasWork() bool {
	for more := true; more; {
		if b.hasCompleted() {
			return true
		}
		more = b.poll() == len(b.edges)
	}
	return b.hasCompleted()
}

// hasCompleted reports whether there is a reason not to sleep that needs no poll.
func (b *Backend) hasCompleted() bool {
	return b.Woken.Load() || b.transmitQueue.waiting.Load() || !b.Completed.Empty()
}

// poll takes edges, runs the queues concerned, and returns the number of edges. If
// there are more they are left for the next poll, so that one poll is bounded.
func (b *Backend) poll() int {
	b.Polled()
	n := b.demux.Poll(&b.edges)
	for _, e := range b.edges[:n] {
		b.Mu.Lock()
		h := b.table.find(e.Token)
		b.Mu.Unlock()
		if h != nil {
			h.onEdge(e.Flags)
		}
	}
	return n
}

// onEdge passes an edge to the queues that it concerns.
func (h *handle) onEdge(flags Flags) {
	hangup := flags&Hangup != 0
	if hangup || flags&Readable != 0 {
		h.queues[backend.In].onEdge(hangup)
	}
	if hangup || flags&Writable != 0 {
		h.queues[backend.Out].onEdge(hangup)
	}
}

// table finds the handle that an edge belongs to. The token of an edge is
//
//	index 32 | generation 32
//
// The generation tells an edge for a handle that was closed from an edge for the
// handle that took its index. Backend.Mu covers the table.
type table struct {
	rows []row
	free []uint32
}

type row struct {
	h          *handle
	generation uint32
}

// add gives h an index and returns its token.
func (t *table) add(h *handle) Token {
	var index uint32
	if n := len(t.free); n > 0 {
		index = t.free[n-1]
		t.free = t.free[:n-1]
	} else {
		index = uint32(len(t.rows))
		t.rows = append(t.rows, row{})
	}
	r := &t.rows[index]
	r.h = h
	return Token(index)<<32 | Token(r.generation)
}

// find returns the handle of that token; nil if the handle was removed.
func (t *table) find(token Token) *handle {
	index := uint32(token >> 32)
	if uint64(index) >= uint64(len(t.rows)) || t.rows[index].generation != uint32(token) {
		return nil
	}
	return t.rows[index].h
}

// remove frees the index of that token.
func (t *table) remove(token Token) {
	index := uint32(token >> 32)
	t.rows[index] = row{generation: uint32(token) + 1}
	t.free = append(t.free, index)
}
