// Package record keeps the causal record of operations: who started each of
// them, where, when what happened to it, and what came of it.
//
// # What both sides promise
//
// A [Slot] is the record of one operation. [Recorder.Begin] takes one, the
// operation owns it until [Recorder.Leave], and then it is history, until so many
// others are that it is used again. Memory is fixed by how many operations were
// ever outstanding at once and by how much history is kept; nothing is allocated
// in steady state.
//
//	free → Begin → live → Submit → Complete → Enter → (the handler) → Leave → history → free
//
// Begin may be called from any goroutine. What is between two calls on one Slot
// is ordered by whoever hands the operation on. Snapshot may be called at any
// time, from any goroutine: it sees what Begin has written, whether the handler
// is running, and all of what is history.
//
// # What it costs
//
// No allocation, two short critical sections, and as few readings of the clock
// as possible: an operation that a handler starts bears the time at which the
// handler was entered, and a handler is entered when the one before returned, or
// when the batch of completions came. [Options.Fine] makes each a reading of its
// own.
package record

import (
	"sync"
	"sync/atomic"
	"time"
)

// Slot is the record of one operation.
type Slot struct {
	// Written by Begin, and not changed until the slot is free again.
	ID        uint64 // never 0
	Parent    uint64 // the operation whose handler started it; 0 if none did
	PCs       PCs
	Initiated time.Duration // a reading of the recorder's clock, as all of these
	Handle    uint32        // 0 if none
	Kind      uint8
	live      bool

	Submitted time.Duration // 0: when it was initiated
	Completed time.Duration // 0: not known
	entered   atomic.Int64  // when the handler was called, plus one; 0 before: a reader may look at any time
	Returned  time.Duration
	N         int
	Err       error
	Panicked  bool // the handler did not return

	next *Slot // of the free ones
}

// dispatched is when the handler was called; false if it was not.
func (s *Slot) dispatched() (time.Duration, bool) {
	at := s.entered.Load()
	return time.Duration(at - 1), at > 0
}

// Options of a Recorder.
type Options struct {
	History int                  // how many records are kept of operations that are over
	Fine    bool                 // every time is a reading of the clock
	Clock   func() time.Duration // of the dispatcher
	Virtual bool                 // Clock is not the system's
}

// Recorder is the record of one dispatcher. A nil one records nothing.
type Recorder struct {
	clock  clock
	fine   bool
	number uint64

	// now is the last reading, and fresh says that it is one of this round. They
	// are the dispatching goroutine's, and not used if Fine.
	now   time.Duration
	fresh bool

	mu      sync.Mutex
	seq     uint64
	free    *Slot
	chunks  [][]Slot
	history []*Slot // a ring
	over    uint64  // how many have become history
}

const (
	sequenceBits = 48
	chunkSlots   = 128
)

var numbers atomic.Uint64

// New makes a Recorder; nil if no history is wanted.
func New(o Options) *Recorder {
	if o.History <= 0 {
		return nil
	}
	return &Recorder{clock: newClock(o.Clock, o.Virtual), fine: o.Fine, number: numbers.Add(1), history: make([]*Slot, o.History)}
}

// Number is the dispatcher's, within this process.
func (r *Recorder) Number() uint64 { return r.number }

// Split takes an ID apart: the dispatcher's number, and the operation's.
func Split(id uint64) (dispatcher, operation uint64) {
	return id >> sequenceBits, id & (1<<sequenceBits - 1)
}

// Begin takes a slot for an operation that is being started. Who started it is
// found out from the caller's goroutine and stack.
func (r *Recorder) Begin(kind uint8, handle uint32) *Slot {
	var pcs PCs
	g := capture((*[Depth]uintptr)(&pcs))
	var parent uint64
	var now time.Duration
	if p := current(g); p != nil {
		parent = p.id
		if p.in == r && !r.fine {
			now = r.now
		}
	}
	if now == 0 {
		now = r.clock.read()
	}
	return r.take(parent, &pcs, now, handle, kind)
}

// Again takes a slot for what comes next of an operation that completes more than
// once, and whose record of this time is s: it was started at the same place, and
// comes from s.
func (r *Recorder) Again(s *Slot) *Slot {
	return r.take(s.ID, &s.PCs, r.time(), s.Handle, s.Kind)
}

// take makes a free slot live.
func (r *Recorder) take(parent uint64, pcs *PCs, now time.Duration, handle uint32, kind uint8) *Slot {
	r.mu.Lock()
	s := r.free
	if s == nil {
		s = r.grow()
	}
	r.free = s.next
	r.seq++
	s.ID, s.Parent, s.PCs = r.number<<sequenceBits|r.seq, parent, *pcs
	s.Initiated, s.Handle, s.Kind, s.live = now, handle, kind, true
	r.mu.Unlock()
	return s
}

// grow makes more slots. The lock is held.
func (r *Recorder) grow() *Slot {
	chunk := make([]Slot, chunkSlots)
	for i := range chunk {
		chunk[i].next = r.free
		r.free = &chunk[i]
	}
	r.chunks = append(r.chunks, chunk)
	return r.free
}

// Round says that the dispatcher begins a round: it may have done something else
// since the last handler.
func (r *Recorder) Round() {
	if r != nil && !r.fine {
		r.fresh = false
	}
}

// Look reads the clock for a batch of completions.
func (r *Recorder) Look() time.Duration {
	now := r.clock.read()
	if !r.fine {
		r.now, r.fresh = now, true
	}
	return now
}

// time is when a handler is called.
func (r *Recorder) time() time.Duration {
	if r.fine || !r.fresh {
		return r.Look()
	}
	return r.now
}

// Enter says that the handler of s's operation is about to be called with that
// result. What it returns is for Leave.
func (r *Recorder) Enter(s *Slot, n int, err error) Frame {
	s.N, s.Err = n, err
	now := max(r.time(), s.Initiated, s.Completed)
	if !r.fine {
		r.now = now
	}
	if s.Completed == 0 {
		s.Completed = now
	}
	s.entered.Store(int64(now) + 1)
	g := goroutine()
	f := Frame{place: current(g)}
	if f.place != nil { // a handler has called a dispatcher
		f.in, f.id = f.place.in, f.place.id
	} else if f.place = claim(g); f.place == nil {
		return f
	}
	f.place.in, f.place.id = r, s.ID
	return f
}

// Frame is a handler that is running.
type Frame struct {
	place *place
	in    *Recorder // the one before, on this goroutine
	id    uint64
}

// Leave says that the handler has returned, or panicked.
func (r *Recorder) Leave(s *Slot, f Frame, panicked bool) {
	if f.place != nil {
		f.place.in, f.place.id = f.in, f.id
		if f.in == nil {
			f.place.owner.Store(0)
		}
	}
	now := r.clock.read()
	if !r.fine {
		r.now = now
	}
	r.mu.Lock()
	s.Returned, s.Panicked, s.live = now, panicked, false
	at := &r.history[r.over%uint64(len(r.history))]
	if old := *at; old != nil {
		old.reset()
		old.next, r.free = r.free, old
	}
	*at = s
	r.over++
	r.mu.Unlock()
}

// reset makes s ready for the next operation. What Begin writes stays.
func (s *Slot) reset() {
	s.Submitted, s.Completed, s.Returned, s.N, s.Err, s.Panicked = 0, 0, 0, 0, nil, false
	s.entered.Store(0) // no reader: the lock is held, and s is not live
}
