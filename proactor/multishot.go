package proactor

import (
	"context"
	"io"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/record"
)

// Operations that the dispatcher starts again by itself, in this order: multishot
// operations, composed operations, the policies by which both are started again, and the
// pauses of accepts.
//
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
// operation, or after a pause, when an accept has found no descriptor.
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

// A multishot accept that fails because there are no descriptors or no memory pauses
// and continues by itself. New connections wait in the listener's queue meanwhile.
//
//  1. the accept fails: its handler is not called, and the accept waits, outstanding,
//     for the dispatcher's timer
//  2. the timer expires: after 5 ms, and after each further failure in a row twice as
//     late, up to 1 s. A closed handle, which frees a descriptor, and a cancel end the
//     wait early
//  3. all accepts that wait are tried again: back to 1, or they continue

// PausedAccepts is the number of multishot accepts that have run out of descriptors or
// memory and wait to be tried again; the number of attempts that have failed for that
// reason since New; and the error of the last one, nil if there was none. Any goroutine
// may call it.
func (d *Dispatcher) PausedAccepts() (waiting int, failures uint64, last error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.backoff.waiting), d.backoff.failed, d.backoff.lastErr
}

// PausedAccept returns the error for which a multishot accept of h pauses; nil if none
// does. Any goroutine may call it.
func (h *Handle) PausedAccept() error {
	b := &h.d.backoff
	if !b.hasWaiting.Load() {
		return nil
	}
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	for _, o := range b.waiting {
		if o.op.Handle == h.h {
			return o.op.Err
		}
	}
	return nil
}

// The bounds of the time between two attempts.
const (
	minBackoff = 5 * time.Millisecond
	maxBackoff = time.Second
)

// backoff is the accepts that wait to be tried again. Dispatcher.mu covers it.
type backoff struct {
	logger     *slog.Logger // nil: silent
	waiting    []*Operation
	hasWaiting atomic.Bool // waiting is not empty
	timer      Operation
	failing    atomic.Bool   // the last attempt has failed
	delay      time.Duration // if failing: the time until the next attempt
	failed     uint64
	lastErr    error
}

// delaysAccept is step 1. It reports whether o, a multishot operation that has
// completed, waits to be tried again.
func (d *Dispatcher) delaysAccept(o *Operation, c *settings) bool {
	b := &d.backoff
	switch {
	case o.op.Err == nil:
		if b.failing.Load() {
			b.recovered(d)
		}
		return false
	case !backend.IsResourceError(o.op.Err):
		b.listenerEnded(d)
		return false
	}
	d.mu.Lock()
	b.failed, b.lastErr = b.failed+1, o.op.Err
	ended := d.endReasonLocked(c)
	first := ended == nil && b.addLocked(d, o)
	d.mu.Unlock()
	if ended != nil {
		b.listenerEnded(d)
		o.op.Err = ended
		return false
	}
	if first {
		d.wake()
	}
	return true
}

// addLocked makes o wait. It reports whether the deadline of a Wait in progress is
// too late now.
func (b *backoff) addLocked(d *Dispatcher, o *Operation) (first bool) {
	if !b.failing.Swap(true) {
		b.delay = minBackoff
		b.log(slog.LevelWarn, "proactor: accepts pause", "listener", o.op.Handle.LocalAddr(), "error", o.op.Err)
	}
	b.waiting = append(b.waiting, o)
	if b.hasWaiting.Swap(true) {
		return false // the timer runs
	}
	b.timer.Handler = (*retry)(d)
	d.begin(&b.timer, KindTimer)
	return d.timers.push(&b.timer, expiry(d.backend.Now(), b.delay))
}

// endReasonLocked is why an accept, which has failed or waits, is to end; nil if it
// is not to end.
func (d *Dispatcher) endReasonLocked(c *settings) error {
	switch {
	case d.closed.Load():
		return ErrClosed
	case c.endReasonLocked() != nil:
		return ErrCanceled // disarm puts in the reason
	}
	return nil
}

// recovered is called when an accept has succeeded: the pause is over.
func (b *backoff) recovered(d *Dispatcher) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if b.failing.Swap(false) {
		b.log(slog.LevelInfo, "proactor: accepts continue", "failures", b.failed)
	}
}

// listenerEnded is called when an accept has ended because its listener was closed
// or it was cancelled. If it was the last one that waited, the pause is over: the
// next failure starts a new one.
func (b *backoff) listenerEnded(d *Dispatcher) {
	if !b.failing.Load() {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if !b.hasWaiting.Load() && b.failing.Swap(false) {
		b.log(slog.LevelInfo, "proactor: accepts that paused have ended", "failures", b.failed)
	}
}

// retryAcceptsNow ends the wait of step 2 early. It costs one load if no accept
// waits.
func (d *Dispatcher) retryAcceptsNow() {
	if !d.backoff.hasWaiting.Load() {
		return
	}
	d.mu.Lock()
	d.backoff.expireNowLocked(d)
	d.mu.Unlock()
	d.wake()
}

// expireNowLocked is retryAcceptsNow for callers that hold mu; they wake the
// dispatcher.
func (b *backoff) expireNowLocked(d *Dispatcher) {
	if d.timers.holds(&b.timer) {
		d.timers.remove(&b.timer)
		d.completeLocked(&b.timer, ErrCanceled)
	}
}

// retry is the dispatcher as the handler of its backoff timer.
type retry Dispatcher

// HandleCompletion is step 3.
func (r *retry) HandleCompletion(timer *Operation) {
	d := (*Dispatcher)(r)
	b := &d.backoff
	d.mu.Lock()
	list := b.waiting
	b.waiting = nil
	b.hasWaiting.Store(false)
	if timer.Err() == nil {
		b.delay = min(2*b.delay, maxBackoff)
	}
	d.mu.Unlock()
	for _, o := range list {
		d.retryOperation(o)
	}
}

// retryOperation gives o, which is outstanding, to the backend once more.
func (d *Dispatcher) retryOperation(o *Operation) {
	c := o.settings.Load()
	d.mu.Lock()
	if ended := d.endReasonLocked(c); ended != nil {
		d.completeAndUnlock(&o.op, ended)
		return
	}
	d.mu.Unlock()
	o.op.Err = nil
	d.launchArmed(c)
}

func (b *backoff) log(level slog.Level, what string, args ...any) {
	if b.logger != nil {
		b.logger.Log(context.Background(), level, what, args...)
	}
}
