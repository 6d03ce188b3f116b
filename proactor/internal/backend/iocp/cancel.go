//go:build windows

package iocp

import (
	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/skeleton"
	"github.com/actum-go/actum/proactor/internal/sys"
)

var _ skeleton.Side = (*opQueue)(nil)

// HeldLocked implements skeleton.Side: the system has the head.
func (q *opQueue) HeldLocked() *backend.Op {
	if q.inFlight {
		return q.Ops.Head()
	}
	return nil
}

// CancelHeldLocked implements skeleton.Side: the head comes out of the port in any case,
// and what the system has done by then is its result.
func (q *opQueue) CancelHeldLocked(op *backend.Op) {
	if q.Closed == nil {
		q.cancelled = true
		sys.CancelIO(q.h.FD, &op.Sys)
	}
}

// Complete implements skeleton.Side.
func (q *opQueue) Complete(op *backend.Op, err error) { q.h.b.Complete(op, err) }

// Wake implements skeleton.Side.
func (q *opQueue) Wake() { q.h.b.wakeSleeper() }

// close makes all operations complete with err: at once, or when the head has come out
// of the port. It reports whether the head is in flight.
func (q *opQueue) close(err error) (inFlight bool) {
	q.Mu.Lock()
	defer q.Mu.Unlock()
	if held := q.HeldLocked(); held != nil {
		q.CancelHeldLocked(held)
	} else {
		skeleton.CompleteAllLocked(q, err)
	}
	q.Closed = err
	return q.inFlight
}

// releaseIfIdle closes the descriptor of a closed handle when nothing is in flight on it.
// Until then the descriptor is needed to ask the system how much was moved.
func (b *Backend) releaseIfIdle(h *handle) {
	for d := range h.queues {
		q := &h.queues[d]
		q.Mu.Lock()
		inUse := q.inFlight || q.Closed == nil
		q.Mu.Unlock()
		if inUse {
			return
		}
	}
	b.Mu.Lock()
	_, last := b.draining[h]
	delete(b.draining, h)
	b.Mu.Unlock()
	if last && !h.Listener {
		h.Release()
	}
}
