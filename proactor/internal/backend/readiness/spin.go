//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package readiness

import (
	"sync/atomic"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// A spin tries the read that was started last again and again, without waiting for an
// edge. While a demultiplexer is parked in Go's poller, an edge wakes the thread that
// polls, even if no goroutine waits for it, and that thread takes the processor from the
// peer. So the descriptor of that read is unwatched from its first spin until a Wait. Then
// it is watched again, and what is possible by then counts as an edge.

// Unwatcher is a Demultiplexer whose edges are costly even if no goroutine sleeps in it.
type Unwatcher interface {
	// Unwatch holds back the edges of fd until Watch, which reports what is possible
	// then. The caller ensures that fd is open and that it was added.
	Unwatch(fd int)
	Watch(fd int, token Token)
}

// triesPerPoll is how many times a spin tries the read before it looks for edges.
const triesPerPoll = 8

// spinner is the state of the spins of a backend.
type spinner struct {
	latest    atomic.Pointer[opQueue] // of the read that was started last
	unwatched *opQueue                // nil: none; used by Wait and Spin only
	unwatcher Unwatcher               // nil: edges cost nothing
}

// Spin implements backend.Spinner.
func (b *Backend) Spin(end time.Duration) (list *backend.Op, paid backend.SpinResult) {
	q := b.spinner.latest.Load()
	if q == nil || b.Closed.Load() || b.hasCompleted() || !b.unwatch(q) {
		return nil, backend.SpinRefused
	}
	for tries := 1; ; tries++ {
		completed, waiting := q.retry()
		switch {
		case !waiting:
			return nil, backend.SpinRefused
		case completed:
			return b.Completed.Take(), backend.SpinFruitful
		case tries%triesPerPoll == 0:
			b.poll()
		}
		if b.hasCompleted() || tries%backend.TriesPerLook == 0 && b.Now() >= end {
			return b.Completed.Take(), backend.SpinFruitless
		}
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

// unwatch makes q's handle the unwatched one, and reports whether it is open.
func (b *Backend) unwatch(q *opQueue) bool {
	s := &b.spinner
	if s.unwatched == q || s.unwatcher == nil {
		return true
	}
	b.watchAgain()
	return q.Use(func() {
		s.unwatched = q
		s.unwatcher.Unwatch(q.h.FD)
	}) == nil
}

// watchAgain ends what unwatch began. Once a queue is closed, its descriptor's number may
// belong to another handle.
func (b *Backend) watchAgain() {
	q := b.spinner.unwatched
	if q == nil {
		return
	}
	b.spinner.unwatched = nil
	_ = q.Use(func() { b.spinner.unwatcher.Watch(q.h.FD, q.h.token) }) // fails once closed: see above
}
