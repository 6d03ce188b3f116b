package proactor

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// A multishot accept that fails for want of descriptors or memory holds back and
// goes on by itself. What has no descriptor waits in the listener's queue
// meanwhile.
//
//  1. the accept fails: its handler is not told, and it waits, outstanding, for the
//     dispatcher's timer
//  2. the timer expires, after 5 ms, and after twice as long each time in a row, up
//     to 1 s; or a handle of the dispatcher is closed, which makes a descriptor
//     free; or somebody wants to end the operation
//  3. it is tried again, with all others that wait: back to 1, or it goes on

// Backoff says how the multishot accepts of a dispatcher fare that have run out of
// descriptors or memory.
type Backoff struct {
	Waiting  int    // accepts that wait to be tried again
	Failures uint64 // attempts that have failed so, since New
	Err      error  // why the last one did; nil if none has
}

// The times between two attempts.
const (
	minBackoff = 5 * time.Millisecond
	maxBackoff = time.Second
)

// backoff is what waits to be tried again. The dispatcher's mu covers it.
type backoff struct {
	logger     *slog.Logger // nil: silent
	waiting    []*Operation
	hasWaiting atomic.Bool // waiting is not empty
	timer      Operation
	failing    atomic.Bool   // the last attempt has failed
	delay      time.Duration // then: how long the timer runs
	failed     uint64
	lastErr    error
}

// Backoff may be called from any goroutine.
func (d *Dispatcher) Backoff() Backoff {
	d.mu.Lock()
	defer d.mu.Unlock()
	return Backoff{Waiting: len(d.backoff.waiting), Failures: d.backoff.failed, Err: d.backoff.lastErr}
}

// delaysAccept is step 1: it reports whether o, a multishot operation that has
// completed, waits to be tried again.
func (d *Dispatcher) delaysAccept(o *Operation, s *multishot) bool {
	b := &d.backoff
	switch {
	case o.Kind() != KindAccept:
		return false
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
	ended := d.endReasonLocked(o, s)
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

// add makes o wait. It reports whether a Wait in progress has too late a deadline
// now. mu is held.
func (b *backoff) addLocked(d *Dispatcher, o *Operation) (first bool) {
	if !b.failing.Swap(true) {
		b.delay = minBackoff
		b.log(slog.LevelWarn, "proactor: accepts hold back", "listener", o.op.Handle.LocalAddr(), "error", o.op.Err)
	}
	b.waiting = append(b.waiting, o)
	if b.hasWaiting.Swap(true) {
		return false // the timer runs
	}
	b.timer.Handler = (*retry)(d)
	d.begin(&b.timer, KindTimer)
	b.timer.deadline = expiry(d.backend.Now(), b.delay)
	d.timers.push(&b.timer)
	return b.timer.index == 1
}

// endReasonLocked is why o, which has failed or waits, is to end; nil if it is not. mu is
// held.
func (d *Dispatcher) endReasonLocked(o *Operation, s *multishot) error {
	c := o.settings.Load()
	switch {
	case d.closed.Load():
		return ErrClosed
	case s.isCancelled(), c != nil && c.armed && c.reason != nil: // settle knows the reason
		return ErrCanceled
	}
	return nil
}

// recovered ends the holding back: an accept has succeeded.
func (b *backoff) recovered(d *Dispatcher) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if b.failing.Swap(false) {
		b.log(slog.LevelInfo, "proactor: accepts go on", "failures", b.failed)
	}
}

// ends ends the holding back if the accept that has just ended, because its listener
// was closed or it was cancelled, was the last one: the next trouble is another one.
func (b *backoff) listenerEnded(d *Dispatcher) {
	if !b.failing.Load() {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if !b.hasWaiting.Load() && b.failing.Swap(false) {
		b.log(slog.LevelInfo, "proactor: accepts that held back have ended", "failures", b.failed)
	}
}

func (b *backoff) log(level slog.Level, what string, args ...any) {
	if b.logger != nil {
		b.logger.Log(context.Background(), level, what, args...)
	}
}

// hasten is step 2 before the time. It costs one load if nothing waits.
func (d *Dispatcher) retryAcceptsNow() {
	if !d.backoff.hasWaiting.Load() {
		return
	}
	d.mu.Lock()
	d.backoff.expireNowLocked(d)
	d.mu.Unlock()
	d.wake()
}

// hasten is for those who hold mu, and wake the dispatcher.
func (b *backoff) expireNowLocked(d *Dispatcher) {
	if d.timers.holds(&b.timer) {
		d.timers.remove(&b.timer)
		d.completeLocked(&b.timer, ErrCanceled)
	}
}

// retry is the dispatcher as the handler of its timer.
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

// retryOperation gives o to the backend once more, which has begun, and whose settings
// are in force.
func (d *Dispatcher) retryOperation(o *Operation) {
	s, c := &o.ensureExtra().multishot, o.settings.Load()
	d.mu.Lock()
	if ended := d.endReasonLocked(o, s); ended != nil {
		d.completeAndUnlock(&o.op, ended)
		return
	}
	var start uint64
	if c != nil {
		start = c.generation
	}
	d.mu.Unlock()
	o.op.Err = nil
	s.lockRestart(d)
	defer s.unlockRestart(d)
	d.launch(o)
	ended := s.isCancelled()
	if c != nil {
		d.mu.Lock()
		defer d.mu.Unlock()
		ended = ended || c.generation == start && c.reason != nil
	}
	if ended {
		d.backend.Cancel(&o.op)
	}
}
