package proactor

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

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
