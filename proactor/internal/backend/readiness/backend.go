//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

// Package readiness carries operations out when the kernel says that they are
// possible: asynchronous operations emulated on readiness, for every system
// that tells of edges (demultiplexer.go).
//
// # How an operation goes
//
//  1. Start queues it in the lane of its handle and direction. If it is the
//     head, and the lane may be ready, it is tried at once (opqueue.go).
//  2. EAGAIN, or a short result, says that the kernel's buffer is empty (or
//     full): the lane is not ready until an edge says otherwise. Descriptors are
//     registered once, edge-triggered, for both directions.
//  3. Wait collects the edges and goes on with the lanes concerned (backend.go).
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
	name      string
	demux     Demultiplexer
	edges     Edges // Wait's
	started   time.Time
	completed backend.Completions
	woken     atomic.Bool // Wake was called since Wait returned last
	skipped   int         // calls of Wait that did not look for edges; Wait's

	handles       backend.Registry[*handle]
	files         files.Pool
	transmitQueue transmitQueue // transmissions that are to go on
	closed        atomic.Bool   // set by Close while mu is held: no descriptor is used after
	mu            sync.Mutex
	table         table                   // the handles by what their events carry
	connects      map[*backend.Op]*handle // connects in progress
	closing       sync.WaitGroup          // handles of cancelled connects that are being closed; not added to once ended
}

var _ backend.Backend = (*Backend)(nil)

// New makes a backend of that name, on the demultiplexer that open makes. The
// error is open's.
func New(name string, open Opener) (backend.Backend, error) {
	b := &Backend{name: name, started: time.Now(), connects: make(map[*backend.Op]*handle)}
	demux, err := open(b.started, b.hasWork)
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
	connects := slices.Collect(maps.Keys(b.connects))
	b.mu.Unlock()
	for _, op := range connects {
		b.cancelConnect(op)
	}
	b.handles.Each((*handle).Cancel)
	b.files.CancelAll()
}

// queueOf is the lane that op belongs to; nil if its handle cannot do it.
func queueOf(op *backend.Op) *opQueue {
	h, ok := op.Handle.(*handle)
	if !ok || !op.Kind.Suits(h.listener, h.packet) {
		return nil
	}
	return &h.queues[op.Kind.Direction()]
}

// complete puts op where Wait finds it. Who calls it wakes Wait afterwards, with
// no lock held.
func (b *Backend) complete(op *backend.Op, err error) {
	op.Err = err
	b.completed.Add(op)
}

// Close implements backend.Backend.
func (b *Backend) Close() error {
	b.mu.Lock()
	again := b.closed.Swap(true)
	connecting := slices.Collect(maps.Values(b.connects))
	b.mu.Unlock()
	if again {
		return nil
	}
	for _, h := range connecting {
		h.Close()
	}
	b.closing.Wait()
	b.handles.CloseAll()
	b.files.Close()
	b.runTransmits() // of those that have waited for a worker: they end
	return b.demux.Close()
}

// closedError is why an operation on a handle that is closed now fails.
func (b *Backend) closedError() error {
	if b.closed.Load() {
		return backend.ErrBackendClosed
	}
	return backend.ErrHandleClosed
}

// pollEvery is how many calls of Wait with something completed already may
// pass before one looks for edges all the same: what completes at once must not
// starve what waits, and looking is a system call.
const pollEvery = 8

// Wait implements backend.Backend.
func (b *Backend) Wait(deadline time.Duration) *backend.Op {
	if b.closed.Load() {
		return b.completed.Take()
	}
	if b.skipped++; b.runTransmits() || b.skipped >= pollEvery {
		b.poll()
	}
	if list := b.completed.Take(); list != nil {
		b.clearWake()
		return list
	}
	if deadline == 0 || b.woken.Load() {
		b.clearWake()
		b.poll()
		return b.completed.Take()
	}
	b.demux.Sleep(deadline)
	b.clearWake()
	return b.completed.Take()
}

// answered forgets a Wake: whoever called Wait sees the reason for it.
func (b *Backend) clearWake() {
	if b.woken.Load() {
		b.woken.Store(false)
	}
}

// Wake implements backend.Backend.
func (b *Backend) Wake() {
	if !b.woken.Swap(true) {
		b.demux.Wake()
	}
}

// ready is asked by the goroutine that is about to sleep: is there a reason not
// to? Edges that complete nothing are none, however many there are, and those
// behind them must be looked at too: a demultiplexer that is slept on elsewhere
// may have told of all of them already.
func (b *Backend) hasWork() bool {
	for more := true; more; {
		if b.hasCompleted() {
			return true
		}
		more = b.poll() == len(b.edges)
	}
	return b.hasCompleted()
}

// reason reports whether there is one not to sleep that needs no look.
func (b *Backend) hasCompleted() bool {
	return b.woken.Load() || b.transmitQueue.waiting.Load() || !b.completed.Empty()
}

// look collects the edges, goes on with the lanes concerned, and returns how many
// edges there were. If there may be more they are for the next look, so that one
// look is bounded.
func (b *Backend) poll() int {
	b.skipped = 0
	n := b.demux.Poll(&b.edges)
	for _, e := range b.edges[:n] {
		b.mu.Lock()
		h := b.table.find(e.Token)
		b.mu.Unlock()
		if h != nil {
			h.edge(e.Flags)
		}
	}
	return n
}

// edge notes what has become possible on h.
func (h *handle) edge(flags Flags) {
	hangup := flags&Hangup != 0
	if hangup || flags&Readable != 0 {
		h.queues[backend.In].edge(hangup)
	}
	if hangup || flags&Writable != 0 {
		h.queues[backend.Out].edge(hangup)
	}
}

// table finds the handle that an edge belongs to. An edge carries
//
//	place 32 | generation 32
//
// The generation tells an edge that was meant for a handle which is closed by
// now from one for the handle that has taken its place. Backend.mu covers it.
type table struct {
	rows []row
	free []uint32
}

type row struct {
	h          *handle
	generation uint32
}

// add gives h a place.
func (t *table) add(h *handle) Token {
	var place uint32
	if n := len(t.free); n > 0 {
		place = t.free[n-1]
		t.free = t.free[:n-1]
	} else {
		place = uint32(len(t.rows))
		t.rows = append(t.rows, row{})
	}
	r := &t.rows[place]
	r.h = h
	return Token(place)<<32 | Token(r.generation)
}

// find is the handle that token was given for; nil if it is gone.
func (t *table) find(token Token) *handle {
	place := uint32(token >> 32)
	if uint64(place) >= uint64(len(t.rows)) || t.rows[place].generation != uint32(token) {
		return nil
	}
	return t.rows[place].h
}

// remove frees the place that token was given for.
func (t *table) remove(token Token) {
	place := uint32(token >> 32)
	t.rows[place] = row{generation: uint32(token) + 1}
	t.free = append(t.free, place)
}
