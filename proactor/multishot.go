package proactor

import (
	"sync"
	"sync/atomic"

	"github.com/actum-go/actum/proactor/internal/record"
)

// A multishot operation is started once and completes again and again, until an
// error, the end of the stream, or Cancel. It means the same on every backend:
//
//  1. it completes, without an error: the handler is called, and op.More() says
//     that it is still outstanding
//  2. the handler returns: the operation goes on by itself
//  3. it completes with an error: op.More() is false, and it is the initiator's
//     again
//
// Two calls of its handler never overlap, and no completion waits while the
// handler runs: what comes meanwhile stays in the listener's queue or in the
// connection, which is the back-pressure. A pool that has run dry holds it up and
// nothing is lost.
//
// Between 1 and 2 the backend knows nothing of the operation. Whatever cancels it
// ends it all the same: it does not go on. That is what the counts are for: of a
// handle, how often everything on it was cancelled, and of a dispatcher.
// docs/adr/0007 says why the kernel's multishot is not used.

// shots is what an operation needs to be started again.
type shots struct {
	on      bool        // started as a multishot operation
	more    bool        // its handler will be called again
	stopped atomic.Bool // the operation was cancelled, or its owner's were
	mark    mark        // from its start
	// again is held by a worker of a pool from starting the operation again to the
	// last look at whether that was cancelled meanwhile: see await.
	again sync.Mutex
}

// mark is a moment between cancels of everything on a handle or a dispatcher.
type mark struct {
	h         *Handle
	of, ofAll uint32
}

// now is the mark of this moment.
func (h *Handle) now() mark { return mark{h, h.cancels(), h.d.cancels.Load()} }

// passed reports whether there was such a cancel since.
func (m mark) passed() bool { return m != m.h.now() }

// begin says that a multishot operation begins on h; on nil, another one.
func (s *shots) begin(h *Handle) {
	s.on, s.more, s.mark = h != nil, false, mark{}
	if h != nil {
		s.mark = h.now()
		h.going.Add(1)
	}
	s.stopped.Store(false)
}

// end says that it has ended.
func (s *shots) end() {
	if s.mark.h != nil {
		s.mark.h.going.Add(-1)
	}
	s.on, s.mark = false, mark{}
}

// over reports whether it was cancelled since it began.
func (s *shots) over() bool { return s.stopped.Load() || s.mark.passed() }

// continues reports whether o, which has completed, is to go on.
func (s *shots) continues(o *Operation) bool {
	s.more = s.on && o.op.Err == nil
	if !s.more {
		s.end()
	}
	return s.more
}

// AcceptEach is a multishot Accept: its handler is called with each new stream. It
// ends with an error, or with ErrCanceled after a cancel, and can be started again
// then. Want of descriptors (syscall.EMFILE) does not end it: it holds back, and
// goes on when there are some; see [Dispatcher.Backoff].
func (h *Handle) AcceptEach(op *Operation) {
	h.d.begin(op, KindAccept)
	op.few().shots.begin(h)
	h.start(op)
}

// ReceiveEach is a multishot Receive: its handler is called with each buffer. It
// ends with io.EOF, another error, or ErrCanceled after Cancel.
func (h *Handle) ReceiveEach(op *Operation, pool *BufferPool) {
	h.d.begin(op, KindReceive)
	op.few().shots.begin(h)
	h.receive(op, pool)
}

// finishShot is steps 1 and 2.
func (d *Dispatcher) finishShot(o *Operation, r *rare, slot *record.Slot) {
	if slot == nil {
		o.Handler.HandleCompletion(o)
	} else {
		o.slot = d.record.Again(slot)
		d.call(o, slot)
	}
	o.op.N, o.accepted = 0, nil
	if r.shots.over() {
		d.mu.Lock()
		d.hand(&o.op, ErrCanceled)
		return
	}
	if o.Kind() == KindReceive {
		r.receive.Buffer = nil
		o.op.Args = &r.receive
	}
	r.shots.lock(d)
	d.start(o)
	if r.shots.over() { // before the backend knew of it
		d.backend.Cancel(&o.op)
	}
	r.shots.unlock(d)
}

// lock begins to start the operation again. From then on it may complete, and be
// dispatched by another worker, if there are any: the handler may even start it
// anew, which is not what was cancelled.
func (s *shots) lock(d *Dispatcher) {
	if d.workers != nil {
		s.again.Lock()
	}
}

func (s *shots) unlock(d *Dispatcher) {
	if d.workers != nil {
		s.again.Unlock()
	}
}

// await returns when nobody is about to cancel the operation, which has completed,
// for having been cancelled before it was started again.
func (s *shots) await(d *Dispatcher) {
	if s.mark.h != nil {
		s.lock(d)
		s.unlock(d)
	}
}
