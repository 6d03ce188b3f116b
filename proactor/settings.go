package proactor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// control is what an operation has only if its initiator has asked for more than
// the operation itself: a deadline, a context, an owner, a period, a processor,
// signals. It is made at the first such wish and stays, so that an operation
// which is used again allocates nothing. Those that never ask pay for one nil
// pointer.
//
// How a start goes:
//
//  1. arm: whatever may end the operation early is set up
//  2. the operation is started, or put where it waits
//  3. launched: whoever wanted to end it in between has only left a reason; now
//     it is ended
//  4. it completes; settle takes down what arm has set up, before the handler is
//     called
//
// Who ends an operation early holds the dispatcher's mu from the look whether it
// is still this start to the call of the backend's Cancel. settle takes mu as
// well: so the next start of the same operation is never the one that is hit.
type settings struct {
	op *Operation

	// What was asked for, from one start to the next: the initiator's.
	timeout  time.Duration
	deadline time.Time
	ctx      context.Context
	group    *CancelGroup

	armed     bool        // between arm and settle
	stopWatch func() bool // ends the watch of ctx

	// d.mu covers the rest, d too: it is where the operation was started.
	d          *Dispatcher
	generation uint64            // counts arm and settle, so that a late comer knows it is late
	launched   bool              // step 3 is done
	reason     error             // it was asked to end early
	expires    time.Duration     // when it will be, by the dispatcher's clock; or NoDeadline
	index      [settingsSets]int // in its owner's roll, in its dispatcher's

	next     time.Duration // timers: when, whatever the limit
	period   time.Duration // timers: the period; 0: one shot
	inTick   bool          // periodic timers: a tick is on its way to the handler, or there
	external *externalOperation
	set      *SignalSet
	signal   os.Signal
}

// settings returns op's control for a change.
func (o *Operation) changeSettings() *settings {
	if o.Outstanding() {
		panic("proactor: a setting of an operation changed while that is outstanding as " + o.Kind().String())
	}
	return o.ensureSettings()
}

// ensureSettings returns op's control, which it makes if there is none.
func (o *Operation) ensureSettings() *settings {
	c := o.settings.Load()
	if c == nil {
		c = &settings{op: o}
		o.settings.Store(c)
	}
	return c
}

// arm is step 1. If the operation has ended before it was started, arm returns
// why: then it completes with that. mu is not held.
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
	c.armed = true
	d.mu.Lock()
	c.d = d
	c.generation++
	c.launched, c.reason, c.expires = false, nil, limit
	start, first := c.generation, false
	if ended == nil && limit != backend.NoDeadline && c.op.Kind() != KindTimer {
		c.op.deadline = limit
		d.timers.push(c.op)
		first = c.op.index == 1
	}
	d.mu.Unlock()
	if first { // a Wait in progress has too late a deadline
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

// startWithSettings carries an operation of the backend through steps 1 to 3.
func (d *Dispatcher) startWithSettings(c *settings) {
	if ended := d.arm(c); ended != nil {
		d.mu.Lock()
		d.completeAndUnlock(&c.op.op, ended)
		return
	}
	start := c.generation
	d.launch(c.op)
	d.mu.Lock()
	if c.generation == start { // it has not completed meanwhile
		c.launched = true
		if c.reason != nil {
			d.backend.Cancel(&c.op.op)
		}
	}
	d.mu.Unlock()
}

// settle is step 4. It reports whether the operation goes on all the same, being
// a periodic timer. again: it is a multishot operation that will be started again.
// Then it has a new timeout, and stays with its owner meanwhile.
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
	c.inTick, c.launched = false, false
	d.external.remove(c, inDispatcher)
	if d.timers.holds(c.op) {
		d.timers.remove(c.op)
	}
	why := c.reason
	d.mu.Unlock()
	if c.group != nil && !again {
		c.group.remove(c)
	}
	if c.stopWatch != nil {
		c.stopWatch()
		c.stopWatch = nil
	}
	c.armed = again
	if why != nil && errors.Is(op.Err, context.Canceled) {
		op.Err = why
	}
	return false
}

// SetTimeout gives each following start of the operation so much time. Once it
// has passed the operation completes early: with ErrDeadlineExceeded, which
// unwraps to os.ErrDeadlineExceeded, or with the part that was already done, or
// as if there were no timeout if it was done just then. 0 means no timeout;
// if it is negative the operation is not even tried. Every kind of operation has
// it but a post, which waits for nothing.
//
// A multishot operation has so much time for each completion, from the return of
// its handler; a periodic timer in all.
//
// It runs on the dispatcher's clock, and costs a place among its timers. As all
// settings it must not be changed while the operation is outstanding, which
// panics, and it stays until it is changed.
func (o *Operation) SetTimeout(after time.Duration) { o.changeSettings().timeout = after }

// SetDeadline is SetTimeout with a moment instead of a span: what is outstanding
// or started after t completes with ErrDeadlineExceeded. The zero time means no
// deadline. With both a deadline and a timeout the earlier one counts. Each start
// converts t to the dispatcher's clock; a wall clock that is set later changes
// nothing for it.
func (o *Operation) SetDeadline(t time.Time) { o.changeSettings().deadline = t }

// SetContext ends each following start of the operation, early, when ctx is done:
// with an error that unwraps to ctx's cause, or with the part that was already
// done. Nil means no context. It costs one context.AfterFunc a start, which
// allocates, and nothing if ctx can never be done. A context that has a deadline
// of its own has it on the system's clock; SetTimeout is cheaper.
func (o *Operation) SetContext(ctx context.Context) { o.changeSettings().ctx = ctx }

// expiryOf is when the operation of c is out of time, by the dispatcher's clock, if
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

// until is how long it is until t, by the calendar.
func (d *Dispatcher) until(t time.Time) time.Duration {
	if d.journal == nil {
		return time.Until(t)
	}
	return time.Duration(d.journal.Value(func() int64 { return int64(time.Until(t)) }))
}

// expiry is when a span that begins now ends, however long it is.
func expiry(now, after time.Duration) time.Duration {
	if after <= 0 {
		return now
	}
	if after >= backend.NoDeadline-now {
		return backend.NoDeadline - 1
	}
	return now + after
}

// contextError is the result of an operation that ctx, which is done, has ended.
func contextError(ctx context.Context) error {
	return fmt.Errorf("proactor: operation ended by its context: %w", context.Cause(ctx))
}
