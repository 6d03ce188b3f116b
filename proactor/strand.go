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
