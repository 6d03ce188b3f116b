// Package record keeps the causal record of operations: which operation started
// each of them, where, the times of its steps, and its result.
//
// # The contract
//
// A [Slot] is the record of one operation. [Recorder.Begin] takes a slot, and the
// operation owns it until [Recorder.Leave]. Then it is part of the history, until
// it is the oldest of more than Options.History slots and is reused. The memory
// depends only on the maximum number of outstanding operations and on the length of
// the history. Nothing is allocated in steady state.
//
//	free → Begin → live → Submit → Complete → Enter → (the handler) → Leave → history → free
//
// Any goroutine may call Begin. Calls on one Slot need no lock: the hand-over of
// the operation orders them. Any goroutine may call Snapshot at any time. It sees
// what Begin has written, whether the handler is running, and the complete history.
//
// # The cost
//
// A record costs no allocation, two short critical sections, and few readings of
// the clock: an operation that a handler starts has the time at which the handler
// was called, and a handler is called at the time at which the previous one
// returned or the batch of completions arrived. With [Options.Fine] every time is a
// reading of its own.
package record

import (
	"sync"
	"sync/atomic"
	"time"
)

// Slot is the record of one operation.
type Slot struct {
	// Begin writes these. They do not change until the slot is free again.
	ID        uint64 // never 0
	Parent    uint64 // the operation whose handler started it; 0 if there is none
	PCs       PCs
	Initiated time.Duration // a reading of the recorder's clock, like the other times
	Handle    uint32        // 0 if none
	Kind      uint8
	live      bool

	Submitted time.Duration // 0: the same as Initiated
	Completed time.Duration // 0: not known
	entered   atomic.Int64  // when the handler was called, plus one; 0 before: Snapshot may read it at any time
	Returned  time.Duration
	N         int
	Err       error
	Panicked  bool // the handler did not return

	next *Slot // link of the free list
}

// dispatched returns when the handler was called, and whether it was.
func (s *Slot) dispatched() (time.Duration, bool) {
	at := s.entered.Load()
	return time.Duration(at - 1), at > 0
}

// Options are the options of a Recorder.
type Options struct {
	History int                  // number of records of finished operations that are kept
	Fine    bool                 // every time is a reading of the clock
	Clock   func() time.Duration // the dispatcher's clock
	Virtual bool                 // Clock is not the system's clock
}

// Recorder is the record of one dispatcher. A nil Recorder records nothing.
type Recorder struct {
	clock  clock
	fine   bool
	number uint64

	// now is the last reading, and fresh says that it was made in this round. Both
	// belong to the dispatching goroutine, and are not used if Fine.
	now   time.Duration
	fresh bool

	mu       sync.Mutex
	seq      uint64
	free     *Slot
	chunks   [][]Slot
	history  []*Slot // a ring
	finished uint64  // number of slots that have become history
}

const (
	sequenceBits = 48
	chunkSlots   = 128
)

var numbers atomic.Uint64

// New makes a Recorder. It returns nil if o.History is 0.
func New(o Options) *Recorder {
	if o.History <= 0 {
		return nil
	}
	return &Recorder{clock: newClock(o.Clock, o.Virtual), fine: o.Fine, number: numbers.Add(1), history: make([]*Slot, o.History)}
}

// Number returns the number of the dispatcher within this process.
func (r *Recorder) Number() uint64 { return r.number }

// Split splits an ID into the numbers of the dispatcher and of the operation.
func Split(id uint64) (dispatcher, operation uint64) {
	return id >> sequenceBits, id & (1<<sequenceBits - 1)
}

// Begin takes a slot for an operation that is being started. It finds the parent
// and the call site from the caller's goroutine and stack.
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

// Again takes a slot for the next completion of a multishot operation, whose
// previous completion has slot s. The new slot has the same call site, and s as its
// parent.
func (r *Recorder) Again(s *Slot) *Slot {
	return r.take(s.ID, &s.PCs, r.time(), s.Handle, s.Kind)
}

// take makes a free slot live.
func (r *Recorder) take(parent uint64, pcs *PCs, now time.Duration, handle uint32, kind uint8) *Slot {
	r.mu.Lock()
	s := r.free
	if s == nil {
		s = r.growLocked()
	}
	r.free = s.next
	r.seq++
	s.ID, s.Parent, s.PCs = r.number<<sequenceBits|r.seq, parent, *pcs
	s.Initiated, s.Handle, s.Kind, s.live = now, handle, kind, true
	r.mu.Unlock()
	return s
}

// growLocked makes more slots.
func (r *Recorder) growLocked() *Slot {
	chunk := make([]Slot, chunkSlots)
	for i := range chunk {
		chunk[i].next = r.free
		r.free = &chunk[i]
	}
	r.chunks = append(r.chunks, chunk)
	return r.free
}

// Round marks the begin of a round of the dispatcher, which may have spent time
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

// time returns the time at which a handler is called.
func (r *Recorder) time() time.Duration {
	if r.fine || !r.fresh {
		return r.Look()
	}
	return r.now
}

// Enter records that the handler of s's operation is about to be called with this
// result. Its result is for Leave.
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
	f := Frame{entry: current(g)}
	if f.entry != nil { // this handler runs inside another one, which has called a dispatcher
		f.in, f.id = f.entry.in, f.entry.id
	} else if f.entry = claim(g); f.entry == nil {
		return f
	}
	f.entry.in, f.entry.id = r, s.ID
	return f
}

// Frame is a handler that is running.
type Frame struct {
	entry *running
	in    *Recorder // the outer handler of this goroutine
	id    uint64
}

// Leave records that the handler has returned or panicked.
func (r *Recorder) Leave(s *Slot, f Frame, panicked bool) {
	if f.entry != nil {
		f.entry.in, f.entry.id = f.in, f.id
		if f.in == nil {
			f.entry.owner.Store(0)
		}
	}
	now := r.clock.read()
	if !r.fine {
		r.now = now
	}
	r.mu.Lock()
	s.Returned, s.Panicked, s.live = now, panicked, false
	at := &r.history[r.finished%uint64(len(r.history))]
	if old := *at; old != nil {
		old.reset()
		old.next, r.free = r.free, old
	}
	*at = s
	r.finished++
	r.mu.Unlock()
}

// reset makes s ready for the next operation. It keeps what Begin writes.
func (s *Slot) reset() {
	s.Submitted, s.Completed, s.Returned, s.N, s.Err, s.Panicked = 0, 0, 0, 0, nil, false
	s.entered.Store(0) // there is no reader: the lock is held, and s is not live
}
