package proactor

import (
	"sync"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// Strand serializes handlers where a pool dispatches: those of operations that
// name the same Strand are called one at a time, in the order in which their
// completions were taken for dispatch, by whichever goroutine of the pool; so
// what only they touch needs no lock. Others run beside them.
//
// A connection is a typical strand: its reads, its writes, its timers.
//
// With a single dispatching goroutine all handlers are called one at a time
// anyway: there a Strand does nothing and costs nothing. So the same handlers
// work under both.
type Strand struct {
	d *Dispatcher

	mu      sync.Mutex
	busy    bool          // a handler of the strand is being called
	waiting backend.Queue // behind it
}

// NewStrand makes a strand for operations that are started on d.
func (d *Dispatcher) NewStrand() *Strand { return &Strand{d: d} }

// enter reports whether op's handler may be called now, which leave ends. Else it
// keeps op, for whoever is in the strand. It is called in the order in which
// completions are taken for dispatch. A nil Strand serializes nothing.
func (s *Strand) enter(op *backend.Op) bool {
	if s == nil {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy {
		s.waiting.Push(op)
		return false
	}
	s.busy = true
	return true
}

// leave ends a handler of the strand, and returns the operation whose handler is
// the next to be called by the same goroutine.
func (s *Strand) leave() *backend.Op {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	next := s.waiting.Pop()
	s.busy = next != nil
	return next
}

// Priority says which of several completions that wait is dispatched first.
// Within one priority they are dispatched in the order in which they completed.
// It is about completions, not about I/O: the kernel is not told.
//
// No priority starves another. Of two that have something waiting, the lower one
// is passed over at most patience times in a row; then one of its completions is
// dispatched. So even under endless higher ones the lowest priority gets every
// ninth dispatch, at least.
type Priority int8

// The priorities. What is urgent and short, as a heartbeat is, deserves a high
// one; what can wait, as a clean-up does, a low one.
const (
	PriorityLow    Priority = -1
	PriorityNormal Priority = 0
	PriorityHigh   Priority = 1
)

const (
	levels = 3
	// patience is how often in a row a priority may be passed over.
	patience = 8
)

// level is the place of p among the queues: anything below low is low, anything
// above high is high.
func (p Priority) level() int { return int(min(max(p, PriorityLow), PriorityHigh)) + 1 }

// ready holds operations that have completed and wait for their handlers, by
// priority.
type runQueue struct {
	queues [levels]backend.Queue
	passed [levels]int // how often in a row a level that has something was passed over
	n      int
}

// add puts the operations of list, linked through Next, behind the others.
func (r *runQueue) add(list *backend.Op) {
	for list != nil {
		op := list
		list = op.Next
		r.queues[op.Owner.(*Operation).Priority.level()].Push(op)
		r.n++
	}
}

// next takes the operation whose turn it is; nil if there is none.
func (r *runQueue) next() *backend.Op {
	if r.n == 0 {
		return nil
	}
	level := r.turn()
	for below := range level {
		if !r.queues[below].Empty() {
			r.passed[below]++
		}
	}
	r.passed[level] = 0
	r.n--
	return r.queues[level].Pop()
}

// turn is the lowest level that was passed over too often, or else the highest
// one that has something.
func (r *runQueue) turn() int {
	highest := 0
	for level := range levels {
		if r.queues[level].Empty() {
			continue
		}
		if r.passed[level] >= patience {
			return level
		}
		highest = level
	}
	return highest
}
