//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package readiness

import (
	"sync/atomic"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// A spin looks for completions without sleeping. While one connection is busy, it tries
// the read that was started last again and again, which needs no edge. While several are,
// it polls for edges. It learns which of the two completes operations first.

// Gated is a Demultiplexer whose edges are costly even if no goroutine sleeps in it.
type Gated interface {
	// Shut lowers the cost of edges until the next Sleep. Spin calls it.
	Shut()
}

const (
	// triesPerPoll is how many times a spin tries the read before it polls for edges.
	triesPerPoll = 8
	// After a few spins in which edges were first, the next polledSpins only poll.
	edgeCost, maxEdgesFirst, polledSpins = 2, 6, 64
)

// spinner is the state of the spins of a backend. Only Spin uses it, except for latest.
type spinner struct {
	latest     atomic.Pointer[opQueue] // of the read that was started last
	gate       Gated                   // nil: edges cost nothing
	edgesFirst int                     // how often edges were first, recently
	onlyPoll   int                     // the next spins that only poll
}

// Spin implements backend.Spinner.
func (b *Backend) Spin(end time.Duration) (list *backend.Op, paid backend.SpinResult) {
	s := &b.spinner
	q := s.latest.Load()
	if b.Closed.Load() || b.hasCompleted() || q == nil {
		return nil, backend.SpinRefused
	}
	if s.gate != nil {
		s.gate.Shut()
	}
	if b.PollIsDue() { // a read that always succeeds at once must not starve the others
		if b.poll(); !b.Completed.Empty() {
			return b.Completed.Take(), backend.SpinFruitful
		}
	}
	if s.onlyPoll > 0 {
		s.onlyPoll--
		q = nil
	}
	for tries := 1; ; tries++ {
		if q != nil {
			completed, waiting := q.retry()
			if completed {
				s.edgesFirst = max(s.edgesFirst-1, 0)
				return b.Completed.Take(), backend.SpinFruitful
			}
			if !waiting {
				return nil, backend.SpinRefused
			}
		}
		if q == nil || tries%triesPerPoll == 0 {
			b.poll()
		}
		switch {
		case !b.Completed.Empty():
			if q != nil {
				s.edgeWasFirst()
			}
			return b.Completed.Take(), backend.SpinFruitful
		case b.hasCompleted():
			return nil, backend.SpinRefused
		case tries%backend.TriesPerLook == 0 && b.Now() >= end:
			return nil, backend.SpinFruitless
		}
	}
}

// edgeWasFirst notes that an edge has completed an operation while the read was tried.
func (s *spinner) edgeWasFirst() {
	if s.edgesFirst += edgeCost; s.edgesFirst > maxEdgesFirst {
		s.edgesFirst, s.onlyPoll = maxEdgesFirst-edgeCost, polledSpins
	}
}

// noteRead notes that a read of q has to wait, so that a spin tries it.
func (q *opQueue) noteRead(op *backend.Op) {
	if op.Kind == backend.KindRead || op.Kind == backend.KindReadV {
		q.h.b.spinner.latest.Store(q)
	}
}

// retry tries the head. waiting is false if there is none.
func (q *opQueue) retry() (completed, waiting bool) {
	q.Mu.Lock()
	if q.Closed != nil || q.Ops.Head() == nil {
		q.Mu.Unlock()
		return false, false
	}
	q.ready = true
	completed = q.RunLocked()
	q.Unlock()
	return completed, true
}
