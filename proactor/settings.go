package proactor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// Settings of an operation: timeout, deadline, context, cancel group, and the policy
// by which it starts again (multishot.go). An operation that has settings takes
// these steps:
//
//  1. arm: set up what may end the operation early
//  2. launchArmed: give the operation to the backend, or put it where it waits. If
//     something tried to end the operation since step 1, it has only left a reason;
//     now the operation is cancelled
//  3. the backend completes the operation; takeBack. An operation with a policy may go
//     back to step 2, where a reason that came meanwhile ends it
//  4. disarm removes what arm has set up, before the handler is called. A multishot
//     operation goes back to step 1, and keeps a reason that comes meanwhile
//
// A goroutine that ends an operation early holds Dispatcher.mu from the check of the
// generation to the call of the backend's Cancel. takeBack and disarm take mu as
// well. So the cancel never hits the next launch of the same operation.

// settings holds what an operation needs only if its initiator has asked for more
// than the operation itself: a timeout, a context, a cancel group, a period, a
// processor, signals. The first such request makes it, and it stays, so that an
// operation that is reused allocates nothing. Other operations pay for one nil
// pointer.
type settings struct {
	op *Operation

	// Set by the initiator, for the following starts.
	timeout  time.Duration
	deadline time.Time
	ctx      context.Context
	group    *CancelGroup

	stopWatch func() bool // ends the watch of ctx
	more      bool        // multishot: the handler will be called again

	// Set at the start, before arm.
	policy completionPolicy // what follows a completion of the backend
	epoch  cancelEpoch      // with a policy: at the start

	// d.mu covers the rest.
	d          *Dispatcher       // where the operation was started
	armed      bool              // between arm and disarm
	generation uint64            // counts arm and disarm, so that a late cancel is recognised
	launches   uint64            // counts takeBack and disarm, for the same purpose
	launched   bool              // the backend, or another keeper, has the operation
	reason     error             // why the operation is to end early; nil: it is not
	expires    time.Duration     // when its time is over, by the dispatcher's clock; or NoDeadline
	index      [settingsSets]int // in the set of its group, and in that of its dispatcher

	next     time.Duration // timers: when the timer expires, without regard to expires
	period   time.Duration // timers: the period; 0: one shot
	inTick   bool          // tickers: a tick waits for the handler, or the handler runs
	external *externalOperation
	waits    *waitQueue // in which it waits for an event or a signal; nil: it does not wait yet
	signal   os.Signal
}

// SetTimeout limits the time of each following start of the operation. When the time
// has passed, the operation completes early: with ErrDeadlineExceeded, which unwraps
// to os.ErrDeadlineExceeded, or with the part that was already done. If it is
// complete by then, the timeout has no effect. 0 means no timeout. With a negative
// timeout the operation is not even tried. Every kind of operation has a timeout
// except a post, which waits for nothing.
//
// For a multishot operation the timeout applies to each completion, from the return
// of the previous handler; for a ticker, to all of its ticks together.
//
// The timeout runs on the dispatcher's clock and uses an entry among its timers.
// Like all settings, it stays until it is changed, and changing it while the
// operation is outstanding panics.
func (o *Operation) SetTimeout(after time.Duration) { o.changeSettings().timeout = after }

// SetDeadline is SetTimeout with a moment instead of a duration: the operation
// completes with ErrDeadlineExceeded if it is outstanding at t or started after t.
// The zero time means no deadline. With both a deadline and a timeout the earlier
// one counts. Each start converts t to the dispatcher's clock; setting the wall
// clock afterwards does not move the deadline.
func (o *Operation) SetDeadline(t time.Time) { o.changeSettings().deadline = t }

// SetContext ends each following start of the operation early when ctx is done: with
// an error that unwraps to ctx's cause, or with the part that was already done. Nil
// means no context. It costs one context.AfterFunc for each start, which allocates;
// it costs nothing if ctx can never be done. A deadline of ctx runs on the system's
// clock. SetTimeout is cheaper.
func (o *Operation) SetContext(ctx context.Context) { o.changeSettings().ctx = ctx }

// SetStrand makes the following starts of the operation call the handler in s, which
// belongs to the dispatcher on which the operation is started; nil for none.
func (o *Operation) SetStrand(s *Strand) {
	o.mayChange()
	o.strand = s
}

// SetPriority says whether the completions of the following starts may overtake others
// that wait. The default is PriorityNormal.
func (o *Operation) SetPriority(p Priority) {
	o.mayChange()
	o.priority = p
}

// mayChange panics if o's settings cannot be changed now.
func (o *Operation) mayChange() {
	if o.Outstanding() {
		panic("proactor: a setting of an operation changed while that is outstanding as " + o.Kind().String())
	}
}

// changeSettings returns op's settings for a change.
func (o *Operation) changeSettings() *settings {
	o.mayChange()
	return o.ensureSettings()
}

// ensureSettings returns op's settings, and makes them if there are none.
func (o *Operation) ensureSettings() *settings {
	c := o.settings.Load()
	if c == nil {
		c = &settings{op: o}
		o.settings.Store(c)
	}
	return c
}

// arm is step 1. If the operation is to end before it is started, arm returns the
// reason, with which it completes.
func (d *Dispatcher) arm(c *settings) (ended error) {
	limit := backend.NoDeadline
	if c.timeout != 0 || !c.deadline.IsZero() {
		now := d.backend.Now()
		if limit = d.expiryOf(c, now); limit <= now {
			ended = ErrDeadlineExceeded
		}
	}
	if c.ctx != nil && c.ctx.Err() != nil {
		ended = contextError(c.ctx)
	}
	d.mu.Lock()
	c.d = d
	c.generation++
	if !c.armed { // else a multishot operation is started again
		c.armed, c.reason = true, nil
	}
	if ended == nil {
		ended = c.endReasonLocked()
	}
	c.launched, c.expires = false, limit
	start, first := c.generation, false
	if ended == nil && limit != backend.NoDeadline && c.op.Kind() != KindTimer {
		first = d.timers.push(c.op, limit)
	}
	d.mu.Unlock()
	if first { // the deadline of a Wait in progress is too late
		d.wake()
	}
	if c.group != nil {
		c.group.add(c)
	}
	if ctx := c.ctx; ended == nil && ctx != nil && ctx.Done() != nil {
		c.stopWatch = context.AfterFunc(ctx, func() { d.endGeneration(c, start, contextError(ctx)) })
	}
	return ended
}

// armAndLock is step 1 of an operation that the dispatcher itself keeps. It returns with
// mu held. c is nil if the operation has no settings.
func (d *Dispatcher) armAndLock(c *settings) (ended error) {
	if c != nil {
		ended = d.arm(c)
	}
	d.mu.Lock()
	if ended == nil && c != nil {
		ended = c.reason
	}
	if ended == nil && d.closed.Load() {
		ended = ErrClosed
	}
	return ended
}

// startWithSettings takes an operation of the backend through steps 1 and 2.
func (d *Dispatcher) startWithSettings(c *settings) {
	if ended := d.arm(c); ended != nil {
		d.mu.Lock()
		d.completeAndUnlock(&c.op.op, ended)
		return
	}
	d.launchArmed(c)
}

// launchArmed is step 2.
func (d *Dispatcher) launchArmed(c *settings) {
	launch := c.launches
	d.launch(c.op)
	d.mu.Lock()
	defer d.mu.Unlock()
	if c.launches != launch {
		return // it has completed meanwhile, and may be on its way again
	}
	c.launched = true
	if c.endReasonLocked() != nil {
		d.backend.Cancel(&c.op.op)
	}
}

// endReasonLocked is why the operation is to end early; nil if it is not to end.
func (c *settings) endReasonLocked() error {
	if c.reason == nil && c.epoch.changed() {
		c.reason = ErrCanceled
	}
	return c.reason
}

// takeBack is step 3. It returns why the operation is to end early, if it is to end.
func (d *Dispatcher) takeBack(c *settings) (reason error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	c.launches++
	c.launched = false
	return c.endReasonLocked()
}

// disarm is step 4. It reports whether the operation stays outstanding, as a ticker
// does. If again is set, the operation is multishot and will be started again: it
// then gets a new timeout, and stays in its group meanwhile.
func (d *Dispatcher) disarm(c *settings, again bool) (more bool) {
	op := &c.op.op
	if !c.armed {
		return false
	}
	d.mu.Lock()
	if c.inTick && op.Err == nil {
		d.mu.Unlock()
		return true
	}
	c.generation++
	c.launches++
	c.inTick, c.launched, c.armed = false, false, again
	d.external.remove(c, inDispatcher)
	if d.timers.holds(c.op) {
		d.timers.remove(c.op)
	}
	reason := c.reason
	if again && reason == ErrDeadlineExceeded { // it came too late for this completion
		c.reason = nil
	}
	if !again {
		c.epoch.end()
		c.epoch = cancelEpoch{}
	}
	d.mu.Unlock()
	if c.group != nil && !again {
		c.group.remove(c)
	}
	if c.stopWatch != nil {
		c.stopWatch()
		c.stopWatch = nil
	}
	if reason != nil && errors.Is(op.Err, context.Canceled) {
		op.Err = reason
	}
	return false
}

// expiryOf is when the time of c's operation is over, by the dispatcher's clock, if
// it is started now.
func (d *Dispatcher) expiryOf(c *settings, now time.Duration) time.Duration {
	limit := backend.NoDeadline
	switch {
	case c.timeout > 0:
		limit = expiry(now, c.timeout)
	case c.timeout < 0:
		return now
	}
	if !c.deadline.IsZero() {
		limit = min(limit, expiry(now, d.until(c.deadline)))
	}
	return limit
}

// until is the time from now to t, by the calendar.
func (d *Dispatcher) until(t time.Time) time.Duration {
	if d.journal == nil {
		return time.Until(t)
	}
	return time.Duration(d.journal.Value(func() int64 { return int64(time.Until(t)) }))
}

// expiry is when a duration that begins now ends, without overflow.
func expiry(now, after time.Duration) time.Duration {
	if after <= 0 {
		return now
	}
	if after >= backend.NoDeadline-now {
		return backend.NoDeadline - 1
	}
	return now + after
}

// contextError is the result of an operation that was ended because ctx is done.
func contextError(ctx context.Context) error {
	return fmt.Errorf("proactor: operation ended by its context: %w", context.Cause(ctx))
}
