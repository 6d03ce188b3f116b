package proactor

import (
	"sync"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// The order of handlers: a strand keeps those of a pool from running at the same
// time, a priority lets a completion overtake others that wait.

// Strand serializes handlers of a pool: the handlers of operations that name the
// same Strand are called one at a time, in the order in which their completions were
// taken for dispatch, by any goroutine of the pool. So data that only they touch
// needs no lock. Other handlers run at the same time.
//
// A connection is a typical strand: its reads, its writes, its timers.
//
// With a single dispatching goroutine all handlers are called one at a time anyway:
// there a Strand has no effect and no cost, and the same handlers work under both.
type Strand struct {
	d *Dispatcher

	mu      sync.Mutex
	busy    bool          // a handler of the strand runs
	waiting backend.Queue // completions that wait for it to return
}

// NewStrand makes a strand for operations that are started on d.
func (d *Dispatcher) NewStrand() *Strand { return &Strand{d: d} }

// enter reports whether op's handler may be called now; the caller then ends it with
// leave. Otherwise enter keeps op for the worker that is in the strand. It is called
// in the order in which completions are taken for dispatch. A nil Strand serializes
// nothing.
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

// leave ends a handler of the strand. It returns the operation whose handler the
// same goroutine is to call next.
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

// Priority says which of several completions that wait is dispatched first. Within
// one priority they are dispatched in the order in which they completed. It applies
// to completions, not to I/O: the kernel does not know it.
//
// No priority starves another. If two have completions that wait, the lower one is
// passed over at most eight times in a row; then one of its completions is
// dispatched. So even under a constant load of higher ones the lowest priority gets
// at least every ninth dispatch.
type Priority int8

// The priorities. Use a high one for what is urgent and short, such as a heartbeat,
// and a low one for what can wait, such as a clean-up.
const (
	PriorityLow    Priority = -1
	PriorityNormal Priority = 0
	PriorityHigh   Priority = 1
)

const (
	levels = 3
	// maxPassed is the number of times in a row that a priority may be passed over.
	maxPassed = 8
)

// level is the index of p's queue: anything below low is low, anything above high is
// high.
func (p Priority) level() int { return int(min(max(p, PriorityLow), PriorityHigh)) + 1 }

// runQueue holds operations that have completed and wait for their handlers, by
// priority.
type runQueue struct {
	queues [levels]backend.Queue
	passed [levels]int // how many times in a row a level that is not empty was passed over
	n      int
}

// add puts the operations of list, linked through Next, behind the others.
func (r *runQueue) add(list *backend.Op) {
	for list != nil {
		op := list
		list = op.Next
		r.queues[op.Owner.(*Operation).priority.level()].Push(op)
		r.n++
	}
}

// next takes the operation whose handler is to be called next; nil if there is none.
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

// turn is the lowest level that was passed over maxPassed times, or else the highest
// level that is not empty.
func (r *runQueue) turn() int {
	highest := 0
	for level := range levels {
		if r.queues[level].Empty() {
			continue
		}
		if r.passed[level] >= maxPassed {
			return level
		}
		highest = level
	}
	return highest
}
