//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

// Package readiness carries operations out when the kernel says that they are
// possible: asynchronous operations emulated on readiness, for every system
// that tells of edges (demultiplexer.go).
//
// # How an operation goes
//
//  1. Start queues it in the lane of its handle and direction. If it is the
//     head, and the lane may be ready, it is tried at once (lane.go).
//  2. EAGAIN, or a short result, says that the kernel's buffer is empty (or
//     full): the lane is not ready until an edge says otherwise. Descriptors are
//     registered once, edge-triggered, for both directions.
//  3. Wait collects the edges and goes on with the lanes concerned (wait.go).
//     With nothing to do it sleeps in the demultiplexer.
//
// # What has to hold
//
// A lane's lock is held from an attempt to the note of what it means for
// readiness. An edge takes the same lock, so that one that follows the attempt
// is noted later and not lost.
//
// Operations of one lane are put among the completed ones while its lock is
// held: they complete in order.
package readiness

import (
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/files"
)

// Backend implements backend.Backend.
type Backend struct {
	name    string
	demux   Demultiplexer
	edges   Edges // Wait's
	started time.Time
	done    backend.Completions
	woken   atomic.Bool // Wake was called since Wait returned last
	skipped int         // calls of Wait that did not look for edges; Wait's

	handles backend.Registry[*handle]
	files   files.Pool
	line    line        // transmissions that are to go on
	ended   atomic.Bool // set by Close while mu is held: no descriptor is used after
	mu      sync.Mutex
	table   table                   // the handles by what their events carry
	dialing map[*backend.Op]*handle // connects in progress
	parting sync.WaitGroup          // handles of cancelled connects that are being closed; not added to once ended
}

var _ backend.Backend = (*Backend)(nil)

// New makes a backend of that name, on the demultiplexer that open makes. The
// error is open's.
func New(name string, open Opener) (backend.Backend, error) {
	b := &Backend{name: name, started: time.Now(), dialing: make(map[*backend.Op]*handle)}
	demux, err := open(b.started, b.ready)
	if err != nil {
		return nil, err
	}
	b.demux = demux
	b.files.Init(b.fileDone, nil)
	return b, nil
}

// Name implements backend.Backend.
func (b *Backend) Name() string { return b.name }

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
func laneOf(op *backend.Op) *lane {
	h, ok := op.Handle.(*handle)
	if !ok || !op.Kind.Suits(h.listener, h.packet) {
		return nil
	}
	return &h.lanes[op.Kind.Direction()]
}

// complete puts op where Wait finds it. Who calls it wakes Wait afterwards, with
// no lock held.
func (b *Backend) complete(op *backend.Op, err error) {
	op.Err = err
	b.done.Add(op)
}

// Close implements backend.Backend.
func (b *Backend) Close() error {
	b.mu.Lock()
	again := b.ended.Swap(true)
	connecting := slices.Collect(maps.Values(b.dialing))
	b.mu.Unlock()
	if again {
		return nil
	}
	for _, h := range connecting {
		h.Close()
	}
	b.parting.Wait()
	b.handles.CloseAll()
	b.files.Close()
	b.turns() // of those that have waited for a worker: they end
	return b.demux.Close()
}

// closedError is why an operation on a handle that is closed now fails.
func (b *Backend) closedError() error {
	if b.ended.Load() {
		return backend.ErrBackendClosed
	}
	return backend.ErrHandleClosed
}
