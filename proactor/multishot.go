package proactor

import (
	"io"
	"sync"
	"sync/atomic"

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
//
// Between 1 and 2 the backend does not know the operation. A cancel that comes then
// must still end it: the dispatcher does not start it again. For that, handles and
// dispatchers count how many times everything on them was cancelled. docs/adr/0007
// says why the kernel's multishot is not used.

// multishot is what an operation needs to be started again.
type multishot struct {
	active    bool        // started as a multishot operation
	more      bool        // its handler will be called again
	cancelled atomic.Bool // the operation, or its cancel group, was cancelled
	epoch     cancelEpoch // at its start
	// restart is held by a worker of a pool from restarting the operation to the last
	// check whether it was cancelled meanwhile: see awaitRestart.
	restart sync.Mutex
}

// cancelEpoch is the number of times that everything on a handle, and on its
// dispatcher, was cancelled.
type cancelEpoch struct {
	h                  *Handle
	handle, dispatcher uint32
}

// cancelEpoch is the epoch of this moment.
func (h *Handle) cancelEpoch() cancelEpoch { return cancelEpoch{h, h.cancels(), h.d.cancels.Load()} }

// changed reports whether there was such a cancel since e.
func (e cancelEpoch) changed() bool { return e != e.h.cancelEpoch() }

// AcceptMultishot is a multishot Accept: its handler is called with each new stream.
// It ends with an error, or with ErrCanceled after a cancel, and can then be started
// again. If descriptors have run out (syscall.EMFILE) it does not end: it pauses,
// and continues when there are some again; see [Dispatcher.Backoff].
func (h *Handle) AcceptMultishot(op *Operation) {
	h.d.begin(op, KindAccept)
	op.ensureExtra().multishot.begin(h)
	h.start(op)
}

// ReceiveMultishot is a multishot Receive: its handler is called with each buffer.
// It ends with io.EOF, another error, or ErrCanceled after a cancel.
func (h *Handle) ReceiveMultishot(op *Operation, pool *BufferPool) {
	h.d.begin(op, KindReceive)
	op.ensureExtra().multishot.begin(h)
	h.receive(op, pool)
}

// begin records that a multishot operation begins on h. With a nil h the operation
// is not multishot.
func (m *multishot) begin(h *Handle) {
	m.active, m.more, m.epoch = h != nil, false, cancelEpoch{}
	if h != nil {
		m.epoch = h.cancelEpoch()
		h.active.Add(1)
	}
	m.cancelled.Store(false)
}

// end records that it has ended.
func (m *multishot) end() {
	if m.epoch.h != nil {
		m.epoch.h.active.Add(-1)
	}
	m.active, m.epoch = false, cancelEpoch{}
}

// isCancelled reports whether the operation was cancelled since it began.
func (m *multishot) isCancelled() bool { return m.cancelled.Load() || m.epoch.changed() }

// continues reports whether o, which has completed, is to be started again.
func (m *multishot) continues(o *Operation) bool {
	m.more = m.active && o.op.Err == nil
	if !m.more {
		m.end()
	}
	return m.more
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
	if r.multishot.isCancelled() { // before the backend knew the operation
		d.backend.Cancel(&o.op)
	}
	r.multishot.unlockRestart(d)
}

// lockRestart is called before the operation is started again. From then on it may
// complete, and another worker of a pool may dispatch it and even start it anew; a
// cancel of the earlier start must not hit the new one.
func (m *multishot) lockRestart(d *Dispatcher) {
	if d.workers != nil {
		m.restart.Lock()
	}
}

func (m *multishot) unlockRestart(d *Dispatcher) {
	if d.workers != nil {
		m.restart.Unlock()
	}
}

// awaitRestart returns when no other worker can cancel the operation, which has
// completed, on account of a cancel that came before its restart.
func (m *multishot) awaitRestart(d *Dispatcher) {
	if m.epoch.h != nil {
		m.lockRestart(d)
		m.unlockRestart(d)
	}
}

// A composed operation takes several reads or writes, with one start and one
// completion. A cancel, a deadline, a cancel group, a strand, a priority and the
// causal record apply to it as a whole.
//
//   - WriteAll is a transmission without a file to the backend: it keeps its place among
//     the writes of the stream from its first byte to its last.
//   - ReadFull is a sequence of reads that the dispatcher starts, each where the last one
//     ended. No handler is called in between.

// composition is the state of a composed operation.
type composition struct {
	active       bool // outstanding as a composed operation
	buf          []byte
	n            int // bytes read so far
	transmission *backend.Transmission
}

// WriteAll writes all of b, which is the runtime's until the handler is called. It
// completes when everything is written, or with the error that stopped it. In both
// cases op.N is the number of bytes that were written, also after a cancel or a
// timeout. Writes that are started later follow behind its last byte, and CloseWrite
// waits for it.
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
// full. It completes then, or with the error that stopped it. In both cases op.N is
// the number of bytes that were read, also after a cancel or a timeout. If the
// stream ends before the first byte the error is io.EOF, as for Read; if it ends
// later, io.ErrUnexpectedEOF.
//
// Other reads of h may come between two parts of a ReadFull, so start none while it
// is outstanding. Several WriteAlls may be outstanding.
func (h *Handle) ReadFull(op *Operation, b []byte) {
	h.d.begin(op, KindReadFull)
	r := op.ensureExtra()
	r.multishot.begin(h) // its epoch notices a cancel between two parts
	r.multishot.active = false
	r.composed.active, r.composed.buf, r.composed.n = true, b, 0
	op.op.Buf = b
	h.start(op)
}

// continueComposed handles the completion of a composed operation or of one of its
// parts. It reports whether another part follows: then the operation stays
// outstanding.
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

// readNextPart starts the next read of o, unless o was asked to end while no backend
// knew it. A goroutine that cancels just now changes the epoch first and then calls
// the backend: one of the two happens before the last check here.
func (d *Dispatcher) readNextPart(o *Operation, r *operationExtra) bool {
	c := o.settings.Load()
	start, ended := d.endRequested(c)
	if ended || r.multishot.isCancelled() {
		o.op.Err = ErrCanceled // disarm puts in the reason
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

// endRequested returns the generation of c, and whether that start was asked to end
// early. c may be nil.
func (d *Dispatcher) endRequested(c *settings) (start uint64, ended bool) {
	if c == nil || !c.armed {
		return 0, false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return c.generation, c.reason != nil
}
