//go:build linux

package uring

import (
	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/files"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// io_uring has no sendfile, and its splice runs on threads of the kernel's. So a
// transmission is carried out by whoever is inside Wait, turn by turn, with
// everything else in between:
//
//	in line ──▶ a turn ──▶ long enough: to the end of the line
//	   ▲                   socket full: the kernel is asked to tell when it is not ──┐
//	   │                   file not in memory: a worker reads it ────────────────────┤
//	   └─────────────────────────────────────────────────────────────────────────────┘
//
// Its Flag is transmitting all the while, with inFlight while the socket is full.

// stand puts op at the end of the line. The lock is held.
func (b *Backend) stand(op *backend.Op) {
	b.line = append(b.line, op)
	b.standing.Store(true)
}

// beginTransmit begins op, the head of its queue. The lock is held.
func (b *Backend) beginTransmit(op *backend.Op) {
	op.Flag = transmitting
	b.stand(op)
}

// takeTurns gives everything in the line a turn. Wait calls it.
func (b *Backend) takeTurns() {
	if !b.standing.Load() {
		return
	}
	b.mu.Lock()
	now := b.line
	b.line, b.spare = b.spare[:0], now
	b.standing.Store(false)
	b.mu.Unlock()
	for i, op := range now {
		now[i] = nil
		b.turn(op)
	}
}

// turn gives op a turn, without the lock: it takes tens of microseconds.
func (b *Backend) turn(op *backend.Op) {
	h, t := op.Handle.(*handle), op.Transmission()
	b.mu.Lock()
	ended := b.endEarly(op, h)
	b.mu.Unlock()
	if ended {
		return
	}
	how, err := files.Turn(h.fd, t)
	b.mu.Lock()
	op.N = t.Moved()
	switch {
	case how == sys.TurnDone:
		b.transmitted(op, h, files.TransmitError(h.name, h.network, h.local, h.remote, err))
	case b.endEarly(op, h):
	case how == sys.TurnFull:
		op.Flag |= inFlight
		b.slots.take(op)
		b.prepare(op)
	case how == sys.TurnAgain:
		b.stand(op)
	case how == sys.TurnCold:
		t.Paging = true
	}
	b.mu.Unlock()
	if how == sys.TurnCold && t.Paging {
		b.files.Start(&t.Page)
	}
}

// endEarly completes op if that was asked for. The lock is held.
func (b *Backend) endEarly(op *backend.Op, h *handle) bool {
	if op.Flag&cancelled == 0 {
		return false
	}
	b.transmitted(op, h, backend.ErrCanceled)
	return true
}

// transmitted completes op. The lock is held.
func (b *Backend) transmitted(op *backend.Op, h *handle, err error) {
	if err != nil && h.why != nil {
		err = h.why
	}
	q := &h.queues[backend.Out]
	q.Pop()
	b.complete(op, op.N, err)
	if h.why == nil {
		b.advance(q)
	}
	h.end()
	b.release(h)
}

// writable is told that the socket of op takes more, or that op was recalled:
// the next turn finds out. The lock is held.
func (b *Backend) writable(op *backend.Op) {
	op.Flag &^= inFlight
	b.stand(op)
}

// paged is told that a worker is done. The lock is held.
func (b *Backend) paged(op *backend.Op) {
	op.Transmission().Paged()
	b.stand(op)
}
