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
type line struct {
	some atomic.Bool // there is somebody
	mu   sync.Mutex
	next []turn
	now  []turn // Wait's: those whose turn it is
}

// turn is a lane that goes on.
type turn struct {
	l     *lane
	paged bool // because a worker is done
}

// stand puts somebody at the end of the line.
func (q *line) stand(t turn) {
	q.mu.Lock()
	q.next = append(q.next, t)
	q.some.Store(true)
	q.mu.Unlock()
}

// turns gives everybody in the line a turn, and reports whether there was
// anybody.
func (b *Backend) turns() bool {
	q := &b.line
	if !q.some.Load() {
		return false
	}
	q.mu.Lock()
	q.now, q.next = q.next, q.now[:0]
	q.some.Store(false)
	q.mu.Unlock()
	for i, t := range q.now {
		q.now[i] = turn{}
		t.l.goOn(t.paged)
	}
	return true
}

// goOn gives the lane a turn. Wait calls it.
func (l *lane) goOn(paged bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !paged {
		l.standing = false
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
	l.run()
}

// transmit is the attempt of a transmission: one turn of it. The lane's lock is
// held.
func (l *lane) transmit(op *backend.Op) {
	t := op.Transmission()
	if t.Paging || l.standing {
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
		l.standing = true
		l.h.b.line.stand(turn{l: l})
		l.h.b.demux.Wake()
	case sys.TurnCold:
		t.Paging = true
		l.h.b.files.Start(&t.Page)
	}
}

// paging is the head of the queue if a worker is busy for it.
func (l *lane) paging() *backend.Op {
	op := l.queue.Head()
	if op == nil || op.Kind != backend.KindTransmit || !op.Transmission().Paging {
		return nil
	}
	return op
}

// cancelPaging ends the work of op, a head that a worker is busy for, early. op
// is completed when the worker is done.
func (l *lane) cancelPaging(op *backend.Op) {
	t := op.Transmission()
	t.Canceled = true
	l.h.b.files.Cancel(&t.Page)
}

// endPaged completes op, which a worker was busy for, with err.
func (l *lane) endPaged(op *backend.Op, err error) {
	l.queue.Pop()
	l.h.b.complete(op, err)
}

// fileDone takes back what was given to the workers. Anybody calls it, also with
// the lane's lock held.
func (b *Backend) fileDone(op *backend.Op) {
	if op.Kind == backend.KindPage {
		b.line.stand(turn{laneOf(op.Owner.(*backend.Op)), true})
	} else {
		b.done.Add(op)
	}
	b.demux.Wake()
}
