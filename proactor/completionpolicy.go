package proactor

import (
	"io"

	"github.com/actum-go/actum/proactor/internal/record"
)

// A completion policy decides what follows when the backend has completed an
// operation. Most operations have none: the dispatcher calls their handlers, and that
// is the end. A policy may start the operation again, which stays outstanding
// meanwhile: for the next part of a ReadFull, after the handler of a multishot
// operation, or after a pause, when an accept has found no descriptor (backoff.go).
//
// Between two launches the backend does not know the operation. A cancel that comes
// then must still end it: it leaves its reason in the settings (settings.go), and
// handles and dispatchers count how many times everything on them was cancelled.
// docs/adr/0007 says why the kernel's multishot is not used.

type completionPolicy uint8

const (
	completeOnce      completionPolicy = iota
	completeMultishot                  // the handler is called, and the operation is started again
	completeReadFull                   // further reads follow until the buffer is full
)

// step is what a policy has decided.
type step uint8

const (
	stepFinish step = iota // call the handler for the last time
	stepRepeat             // call the handler, then start the operation again
	stepWait               // nothing: the operation was started again, or waits
)

// cancelEpoch is the number of times that everything on a handle, and on its
// dispatcher, was cancelled. The zero value never changes.
type cancelEpoch struct {
	h                  *Handle
	handle, dispatcher uint32
}

// cancelEpoch is the epoch of this moment.
func (h *Handle) cancelEpoch() cancelEpoch { return cancelEpoch{h, h.cancels(), h.d.cancels.Load()} }

// changed reports whether there was such a cancel since e.
func (e cancelEpoch) changed() bool { return e.h != nil && e != e.h.cancelEpoch() }

// end is called when the operation that began at e has ended.
func (e cancelEpoch) end() {
	if e.h != nil {
		e.h.active.Add(-1)
	}
}

// setPolicy gives op, which has begun on h, a policy.
func (h *Handle) setPolicy(op *Operation, p completionPolicy) {
	c := op.ensureSettings()
	c.policy, c.more, c.epoch = p, false, h.cancelEpoch()
	h.active.Add(1)
}

// decide asks the policy of o, which the backend has completed.
func (d *Dispatcher) decide(o *Operation, c *settings) step {
	reason := d.takeBack(c)
	switch {
	case c.policy == completeReadFull:
		return d.continueRead(o, c, reason)
	case o.kind == KindAccept && d.delaysAccept(o, c):
		return stepWait
	case o.op.Err == nil:
		c.more = true
		return stepRepeat
	}
	c.more = false
	return stepFinish
}

// repeat calls the handler of a multishot operation and starts it again.
func (d *Dispatcher) repeat(o *Operation, slot *record.Slot) {
	if slot == nil {
		o.Handler.HandleCompletion(o)
	} else {
		o.slot = d.record.Again(slot)
		d.call(o, slot)
	}
	o.op.N, o.made = 0, nil
	if o.kind == KindReceive {
		r := o.ensureExtra()
		r.receive.Buffer = nil
		o.op.Args = &r.receive
	}
	d.start(o)
}

// readInParts is the state of a ReadFull.
type readInParts struct {
	buf []byte
	n   int // bytes read so far
}

// continueRead handles the completion of a part of a ReadFull, and starts the next
// one if one is due. reason is why the operation is to end, if it is to end.
func (d *Dispatcher) continueRead(o *Operation, c *settings, reason error) step {
	f := &o.ensureExtra().full
	f.n += o.op.N
	switch {
	case o.op.Err == io.EOF && f.n > 0:
		o.op.Err = io.ErrUnexpectedEOF
	case o.op.Err == nil && f.n < len(f.buf) && reason == nil:
		o.op.Buf, o.op.N = f.buf[f.n:], 0
		d.launchArmed(c)
		return stepWait
	case o.op.Err == nil && f.n < len(f.buf):
		o.op.Err = ErrCanceled // disarm puts in the reason
	}
	o.op.N, f.buf = f.n, nil
	return stepFinish
}
