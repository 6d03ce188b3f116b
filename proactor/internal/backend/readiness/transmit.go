//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package readiness

import (
	"sync"
	"sync/atomic"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/files"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// A transmission is carried out in turns. After one that has ended because it
// was long enough the lane stands in line, and goes on at the next Wait, behind
// everything else. When the file has to be read from disk a worker does that:
// then the operation stays the head of its queue until the worker is done,
// whatever happens meanwhile.

// line is who goes on at the next Wait.
type transmitQueue struct {
	waiting atomic.Bool // there is somebody
	mu      sync.Mutex
	next    []turn
	now     []turn // Wait's: those whose turn it is
}

// turn is a lane that goes on.
type turn struct {
	l     *opQueue
	paged bool // because a worker is done
}

// stand puts somebody at the end of the line.
func (q *transmitQueue) add(t turn) {
	q.mu.Lock()
	q.next = append(q.next, t)
	q.waiting.Store(true)
	q.mu.Unlock()
}

// turns gives everybody in the line a turn, and reports whether there was
// anybody.
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
		t.l.continueTransmit(t.paged)
	}
	return true
}

// continueTransmit gives the lane a turn. Wait calls it.
func (l *opQueue) continueTransmit(paged bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !paged {
		l.queued = false
	} else {
		op := l.queue.Head()
		t := op.Transmission()
		t.Paged()
		switch {
		case l.closed != nil:
			l.endPaged(op, l.closed)
		case t.Canceled:
			l.endPaged(op, backend.ErrCanceled)
		}
	}
	l.runLocked()
}

// transmit is the attempt of a transmission: one turn of it. The lane's lock is
// held.
func (l *opQueue) transmit(op *backend.Op) {
	t := op.Transmission()
	if t.Paging || l.queued {
		op.Err = backend.ErrWouldBlock // an edge does not make its turn come earlier
		return
	}
	how, err := files.Turn(l.h.fd, t)
	op.N, op.Err = t.Moved(), backend.ErrWouldBlock
	switch how {
	case sys.TurnDone:
		op.Err = files.TransmitError(l.h.name, l.h.network, l.h.local, l.h.remote, err)
	case sys.TurnFull:
		l.ready = false
	case sys.TurnAgain:
		l.queued = true
		l.h.b.transmitQueue.add(turn{l: l})
		l.h.b.demux.Wake()
	case sys.TurnCold:
		t.Paging = true
		l.h.b.files.Start(&t.Page)
	}
}

// paging is the head of the queue if a worker is busy for it.
func (l *opQueue) paging() *backend.Op {
	op := l.queue.Head()
	if op == nil || op.Kind != backend.KindTransmitFile || !op.Transmission().Paging {
		return nil
	}
	return op
}

// cancelPaging ends the work of op, a head that a worker is busy for, early. op
// is completed when the worker is done.
func (l *opQueue) cancelPaging(op *backend.Op) {
	t := op.Transmission()
	t.Canceled = true
	l.h.b.files.Cancel(&t.Page)
}

// endPaged completes op, which a worker was busy for, with err.
func (l *opQueue) endPaged(op *backend.Op, err error) {
	l.queue.Pop()
	l.h.b.complete(op, err)
}

// fileDone takes back what was given to the workers. Anybody calls it, also with
// the lane's lock held.
func (b *Backend) fileDone(op *backend.Op) {
	if op.Kind == backend.KindPage {
		b.transmitQueue.add(turn{queueOf(op.Owner.(*backend.Op)), true})
	} else {
		b.completed.Add(op)
	}
	b.demux.Wake()
}
