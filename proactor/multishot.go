package proactor

import (
	"io"
	"sync"
	"sync/atomic"

	"github.com/actum-go/actum/proactor/internal/backend"
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
type multishot struct {
	active    bool        // started as a multishot operation
	more      bool        // its handler will be called again
	cancelled atomic.Bool // the operation was cancelled, or its owner's were
	epoch     cancelEpoch // from its start
	// again is held by a worker of a pool from starting the operation again to the
	// last look at whether that was cancelled meanwhile: see await.
	restart sync.Mutex
}

// mark is a moment between cancels of everything on a handle or a dispatcher.
type cancelEpoch struct {
	h                  *Handle
	handle, dispatcher uint32
}

// now is the mark of this moment.
func (h *Handle) cancelEpoch() cancelEpoch { return cancelEpoch{h, h.cancels(), h.d.cancels.Load()} }

// passed reports whether there was such a cancel since.
func (m cancelEpoch) changed() bool { return m != m.h.cancelEpoch() }

// begin says that a multishot operation begins on h; on nil, another one.
func (s *multishot) begin(h *Handle) {
	s.active, s.more, s.epoch = h != nil, false, cancelEpoch{}
	if h != nil {
		s.epoch = h.cancelEpoch()
		h.active.Add(1)
	}
	s.cancelled.Store(false)
}

// end says that it has ended.
func (s *multishot) end() {
	if s.epoch.h != nil {
		s.epoch.h.active.Add(-1)
	}
	s.active, s.epoch = false, cancelEpoch{}
}

// over reports whether it was cancelled since it began.
func (s *multishot) isCancelled() bool { return s.cancelled.Load() || s.epoch.changed() }

// continues reports whether o, which has completed, is to go on.
func (s *multishot) continues(o *Operation) bool {
	s.more = s.active && o.op.Err == nil
	if !s.more {
		s.end()
	}
	return s.more
}

// AcceptMultishot is a multishot Accept: its handler is called with each new stream. It
// ends with an error, or with ErrCanceled after a cancel, and can be started again
// then. Want of descriptors (syscall.EMFILE) does not end it: it holds back, and
// goes on when there are some; see [Dispatcher.Backoff].
func (h *Handle) AcceptMultishot(op *Operation) {
	h.d.begin(op, KindAccept)
	op.ensureExtra().multishot.begin(h)
	h.start(op)
}

// ReceiveMultishot is a multishot Receive: its handler is called with each buffer. It
// ends with io.EOF, another error, or ErrCanceled after Cancel.
func (h *Handle) ReceiveMultishot(op *Operation, pool *BufferPool) {
	h.d.begin(op, KindReceive)
	op.ensureExtra().multishot.begin(h)
	h.receive(op, pool)
}

// finishMultishot is steps 1 and 2.
func (d *Dispatcher) finishMultishot(o *Operation, r *operationExtra, slot *record.Slot) {
	if slot == nil {
		o.Handler.HandleCompletion(o)
	} else {
		o.slot = d.record.Again(slot)
		d.call(o, slot)
	}
	o.op.N, o.accepted = 0, nil
	if r.multishot.isCancelled() {
		d.mu.Lock()
		d.completeAndUnlock(&o.op, ErrCanceled)
		return
	}
	if o.Kind() == KindReceive {
		r.receive.Buffer = nil
		o.op.Args = &r.receive
	}
	r.multishot.lockRestart(d)
	d.start(o)
	if r.multishot.isCancelled() { // before the backend knew of it
		d.backend.Cancel(&o.op)
	}
	r.multishot.unlockRestart(d)
}

// lock begins to start the operation again. From then on it may complete, and be
// dispatched by another worker, if there are any: the handler may even start it
// anew, which is not what was cancelled.
func (s *multishot) lockRestart(d *Dispatcher) {
	if d.workers != nil {
		s.restart.Lock()
	}
}

func (s *multishot) unlockRestart(d *Dispatcher) {
	if d.workers != nil {
		s.restart.Unlock()
	}
}

// await returns when nobody is about to cancel the operation, which has completed,
// for having been cancelled before it was started again.
func (s *multishot) awaitRestart(d *Dispatcher) {
	if s.epoch.h != nil {
		s.lockRestart(d)
		s.unlockRestart(d)
	}
}

// Composed operations are not short: one start and one completion for as many
// reads or writes as it takes. To cancel, to give a deadline, an owner, a strand
// or a priority means for all of it what it means for one read or write, and so
// does the causal record.
//
//   - WriteAll is what a backend calls a transmission, without a file: it keeps its
//     place among the writes of the stream from its first byte to its last.
//   - ReadFull is a row of reads that the dispatcher starts, each where the last
//     one ended. No handler is called in between.

// composition is what an operation keeps of it, in rare.
type composition struct {
	active       bool // outstanding as a composed operation
	buf          []byte
	n            int // bytes read so far
	transmission *backend.Transmission
}

// WriteAll writes all of b, which is the runtime's until the handler is called. It
// completes when everything is written, or with the error that was in the way:
// op.N is how many bytes were, either way, also if it was cancelled or ran out of
// time. It has its place among the writes of the stream like any of them: what is
// started later is written behind its last byte, and CloseWrite waits for that.
func (h *Handle) WriteAll(op *Operation, b []byte) {
	h.d.begin(op, KindWriteAll)
	c := &op.ensureExtra().composed
	if c.transmission == nil {
		c.transmission = new(backend.Transmission)
	}
	c.active = true
	c.transmission.Header = b
	c.transmission.Reset(&op.op)
	op.op.Args = c.transmission
	h.start(op)
}

// ReadFull reads until b, which is the runtime's until the handler is called, is
// full. It completes then, or with the error that was in the way: op.N is how many
// bytes were read, either way, also if it was cancelled or ran out of time. The
// end of the stream is io.EOF if it comes before the first byte, as for Read, and
// io.ErrUnexpectedEOF after it.
//
// Other reads of h come between two parts of it: start none while it is
// outstanding. Several of WriteAll may be.
func (h *Handle) ReadFull(op *Operation, b []byte) {
	h.d.begin(op, KindReadFull)
	r := op.ensureExtra()
	r.multishot.begin(h) // for its marks of a cancel between two parts
	r.multishot.active = false
	r.composed.active, r.composed.buf, r.composed.n = true, b, 0
	op.op.Buf = b
	h.start(op)
}

// continueComposed takes what has come of a composed operation, or of a part of it, and reports
// whether another part follows: then the operation is outstanding as before.
func (d *Dispatcher) continueComposed(o *Operation, r *operationExtra) bool {
	f := &r.composed
	if o.kind == KindReadFull {
		f.n += o.op.N
		if o.op.Err == nil && f.n < len(f.buf) && d.readNextPart(o, r) {
			return true
		}
		if o.op.Err == io.EOF && f.n > 0 {
			o.op.Err = io.ErrUnexpectedEOF
		}
		o.op.N, f.buf = f.n, nil
	}
	if f.transmission != nil {
		f.transmission.Header = nil
	}
	f.active = false
	return false
}

// readNextPart starts the next read of o, unless o was asked to end meanwhile, when no
// backend knew of it. Who asks just now leaves a mark and then tells the backend:
// either comes before the last look at the marks.
func (d *Dispatcher) readNextPart(o *Operation, r *operationExtra) bool {
	c := o.settings.Load()
	start, ended := d.endRequested(c)
	if ended || r.multishot.isCancelled() {
		o.op.Err = ErrCanceled // settle knows the reason
		return false
	}
	o.op.Buf = r.composed.buf[r.composed.n:]
	o.op.N = 0
	r.multishot.lockRestart(d)
	d.launch(o)
	if again, ended := d.endRequested(c); again == start && ended || r.multishot.isCancelled() {
		d.backend.Cancel(&o.op)
	}
	r.multishot.unlockRestart(d)
	return true
}

// asked tells which start of its operation c is at, and whether that was asked to
// end early. c may be nil.
func (d *Dispatcher) endRequested(c *settings) (start uint64, ended bool) {
	if c == nil || !c.armed {
		return 0, false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return c.generation, c.reason != nil
}
