package proactor

import (
	"io"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/record"
)

// A multishot operation is started once and completes again and again, until an
// error, the end of the stream, or Cancel. It works the same way on every backend:
//
//  1. it completes without an error: the handler is called, and op.More() reports that
//     the operation is still outstanding
//  2. the handler returns: the dispatcher starts the operation again
//  3. it completes with an error: op.More() is false, and the operation belongs to the
//     initiator again
//
// Two calls of its handler never overlap, and no completion waits while the handler
// runs: new connections and bytes stay in the listener's queue or in the stream,
// which is the back-pressure. If a buffer pool is empty, the operation waits and
// nothing is lost.

// AcceptMultishot is a multishot Accept: its handler is called with each new stream.
// It ends with an error, or with ErrCanceled after a cancel, and can then be started
// again. If descriptors have run out (syscall.EMFILE) it does not end: it pauses,
// and continues when there are some again; see [Dispatcher.PausedAccepts].
func (h *Handle) AcceptMultishot(op *Operation) {
	h.d.begin(op, KindAccept)
	h.setPolicy(op, completeMultishot)
	h.start(op)
}

// ReceiveMultishot is a multishot Receive: its handler is called with each buffer.
// It ends with io.EOF, another error, or ErrCanceled after a cancel.
func (h *Handle) ReceiveMultishot(op *Operation, pool *BufferPool) {
	h.d.begin(op, KindReceive)
	h.setPolicy(op, completeMultishot)
	h.receive(op, pool)
}

// A composed operation takes several reads or writes, with one start and one
// completion. A cancel, a deadline, a cancel group, a strand, a priority and the
// causal record apply to it as a whole.
//
//   - WriteAll is a transmission without a file to the backend: it keeps its place among
//     the writes of the stream from its first byte to its last.
//   - ReadFull is a sequence of reads that the dispatcher starts, each where the last one
//     ended. No handler is called in between.

// WriteAll writes all of b, which is the runtime's until the handler is called. It
// completes when everything is written, or with the error that stopped it. In both
// cases op.N is the number of bytes that were written, also after a cancel or a
// timeout. Writes that are started later follow behind its last byte, and CloseWrite
// waits for it.
func (h *Handle) WriteAll(op *Operation, b []byte) {
	h.d.begin(op, KindWriteAll)
	r := op.ensureExtra()
	if r.transmission == nil {
		r.transmission = new(backend.Transmission)
	}
	r.transmission.Header = b
	r.transmission.Reset(&op.op)
	op.op.Args = r.transmission
	h.start(op)
}

// ReadFull reads until b, which is the runtime's until the handler is called, is
// full. It completes then, or with the error that stopped it. In both cases op.N is
// the number of bytes that were read, also after a cancel or a timeout. If the
// stream ends before the first byte the error is io.EOF, as for Read; if it ends
// later, io.ErrUnexpectedEOF.
//
// Other reads of h may come between two parts of a ReadFull, so start none while it
// is outstanding. Several WriteAlls may be outstanding.
func (h *Handle) ReadFull(op *Operation, b []byte) {
	h.d.begin(op, KindReadFull)
	h.setPolicy(op, completeReadFull)
	op.ensureExtra().full = readInParts{buf: b}
	op.op.Buf = b
	h.start(op)
}

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
	d.callAgain(o, slot)
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
