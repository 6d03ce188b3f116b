package proactor

import (
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
// Between 1 and 2 the backend knows nothing of the operation. Cancel finds it all
// the same; what cancels all of a handle or a dispatcher concerns what is under
// way at that moment. docs/adr/0007 says why the kernel's multishot is not used.

// shots is what an operation needs to be started again.
type shots struct {
	on      bool        // started as a multishot operation
	more    bool        // its handler will be called again
	stopped atomic.Bool // Cancel was called
}

// begin says whether the operation that begins is a multishot one.
func (s *shots) begin(on bool) {
	s.on, s.more = on, false
	s.stopped.Store(false)
}

// continues reports whether o, which has completed, is to go on.
func (s *shots) continues(o *Operation) bool {
	s.more = s.on && o.op.Err == nil
	if !s.more {
		s.on = false
	}
	return s.more
}

// AcceptEach is a multishot Accept: its handler is called with each new stream. It
// ends with an error, such as syscall.EMFILE, after which it can be started again,
// or ErrCanceled after Cancel.
func (h *Handle) AcceptEach(op *Operation) {
	h.d.begin(op, KindAccept)
	op.few().shots.begin(true)
	h.start(op)
}

// ReceiveEach is a multishot Receive: its handler is called with each buffer. It
// ends with io.EOF, another error, or ErrCanceled after Cancel.
func (h *Handle) ReceiveEach(op *Operation, pool *BufferPool) {
	h.d.begin(op, KindReceive)
	op.few().shots.begin(true)
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
	if r.shots.stopped.Load() {
		d.mu.Lock()
		d.hand(&o.op, ErrCanceled)
		return
	}
	if o.Kind() == KindReceive {
		r.receive.Buffer = nil
		o.op.Args = &r.receive
	}
	d.start(o)
	if r.shots.stopped.Load() { // it came before the backend knew of the operation
		d.backend.Cancel(&o.op)
	}
}
