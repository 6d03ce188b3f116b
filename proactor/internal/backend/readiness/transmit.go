//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package readiness

import (
	"cmp"
	"sync"
	"sync/atomic"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/files"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// A transmission is carried out in turns. When a turn has moved enough bytes, the queue
// joins transmitQueue, and the transmission continues at the next Wait, behind
// everything else. When the file has to be read from disk a worker does that. The
// operation stays the head of its queue until the worker is done, even if it is
// cancelled or its handle is closed.

// transmitQueue holds the transmissions that get a turn at the next Wait.
type transmitQueue struct {
	waiting atomic.Bool // next is not empty
	mu      sync.Mutex
	next    []turn
	now     []turn // used by Wait only: the turns in progress
}

// turn is a turn of the transmission at the head of a queue.
type turn struct {
	q     *opQueue
	paged bool // because a worker is done
}

// add puts t at the end.
func (q *transmitQueue) add(t turn) {
	q.mu.Lock()
	q.next = append(q.next, t)
	q.waiting.Store(true)
	q.mu.Unlock()
}

// runTransmits runs the turns that wait, and reports whether there were any.
func (b *Backend) runTransmits() bool {
	q := &b.transmitQueue
	if !q.waiting.Load() {
		return false
	}
	q.mu.Lock()
	q.now, q.next = q.next, q.now[:0]
	q.waiting.Store(false)
	q.mu.Unlock()
	for i, t := range q.now {
		q.now[i] = turn{}
		t.q.continueTransmit(t.paged)
	}
	return true
}

// continueTransmit runs the queue for a turn. Wait calls it.
func (q *opQueue) continueTransmit(paged bool) {
	q.Mu.Lock()
	defer q.Mu.Unlock()
	if !paged {
		q.queued = false
	} else {
		op := q.Ops.Head()
		t := op.Transmission()
		t.Paged()
		if err := q.Closed; err != nil || t.Canceled {
			q.Ops.Pop()
			q.Complete(op, cmp.Or(err, backend.ErrCanceled))
		}
	}
	q.RunLocked()
}

// transmitLocked is the attempt of a transmission: one turn of it.
func (q *opQueue) transmitLocked(op *backend.Op) {
	t := op.Transmission()
	if t.Paging || q.queued {
		op.Err = backend.ErrWouldBlock // an edge does not bring the turn forward
		return
	}
	how, err := files.Turn(q.h.FD, t)
	op.N, op.Err = t.Moved(), backend.ErrWouldBlock
	switch how {
	case sys.TurnDone:
		op.Err = files.TransmitError(q.h.Name, q.h.Network, q.h.Local, q.h.Remote, err)
	case sys.TurnFull:
		q.ready = false
	case sys.TurnAgain:
		q.queued = true
		q.h.b.transmitQueue.add(turn{q: q})
		q.h.b.demux.Wake()
	case sys.TurnCold:
		t.Paging = true
		q.h.b.Files.Start(&t.Page)
	}
}

// HeldLocked implements skeleton.Side: a worker reads for the head.
func (q *opQueue) HeldLocked() *backend.Op {
	op := q.Ops.Head()
	if op == nil || op.Kind != backend.KindTransmitFile || !op.Transmission().Paging {
		return nil
	}
	return op
}

// CancelHeldLocked implements skeleton.Side: it cancels the worker.
func (q *opQueue) CancelHeldLocked(op *backend.Op) {
	t := op.Transmission()
	t.Canceled = true
	q.h.b.Files.Cancel(&t.Page)
}

// fileDone takes back an operation from a worker. Any goroutine may call it, also with a
// queue's lock held.
func (b *Backend) fileDone(op *backend.Op) {
	if op.Kind == backend.KindPage {
		b.transmitQueue.add(turn{queueOf(op.Owner.(*backend.Op)), true})
	} else {
		b.Completed.Add(op)
	}
	b.demux.Wake()
}
