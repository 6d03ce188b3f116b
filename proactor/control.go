package proactor

import (
	"context"
	"errors"
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
type control struct {
	op *Operation

	// What was asked for, from one start to the next: the initiator's.
	timeout  time.Duration
	deadline time.Time
	ctx      context.Context
	owner    *Owner

	armed bool        // between arm and settle
	stop  func() bool // ends the watch of ctx

	// d.mu covers the rest, d too: it is where the operation was started.
	d        *Dispatcher
	start    uint64        // counts arm and settle, so that a late comer knows it is late
	launched bool          // step 3 is done
	why      error         // it was asked to end early
	limit    time.Duration // when it will be, by the dispatcher's clock; or NoDeadline
	place    [rolls]int    // in its owner's roll, in its dispatcher's

	due     time.Duration // timers: when, whatever the limit
	every   time.Duration // timers: the period; 0: one shot
	ticking bool          // periodic timers: a tick is on its way to the handler, or there
	user    *userOperation
	set     *SignalSet
	signal  os.Signal
}

// settings returns op's control for a change.
func (o *Operation) settings() *control {
	if o.Outstanding() {
		panic("proactor: a setting of an operation changed while that is outstanding as " + o.Kind().String())
	}
	return o.controls()
}

// controls returns op's control, which it makes if there is none.
func (o *Operation) controls() *control {
	c := o.control.Load()
	if c == nil {
		c = &control{op: o}
		o.control.Store(c)
	}
	return c
}

// arm is step 1. If the operation has ended before it was started, arm returns
// why: then it completes with that. mu is not held.
func (d *Dispatcher) arm(c *control) (ended error) {
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
	c.start++
	c.launched, c.why, c.limit = false, nil, limit
	start, first := c.start, false
	if ended == nil && limit != backend.NoDeadline && c.op.Kind() != KindTimer {
		c.op.deadline = limit
		d.timers.push(c.op)
		first = c.op.index == 1
	}
	d.mu.Unlock()
	if first { // a Wait in progress has too late a deadline
		d.wake()
	}
	if c.owner != nil {
		c.owner.add(c)
	}
	if ctx := c.ctx; ended == nil && ctx != nil && ctx.Done() != nil {
		c.stop = context.AfterFunc(ctx, func() { d.endLate(c, start, contextError(ctx)) })
	}
	return ended
}

// startControlled carries an operation of the backend through steps 1 to 3.
func (d *Dispatcher) startControlled(c *control) {
	if ended := d.arm(c); ended != nil {
		d.mu.Lock()
		d.hand(&c.op.op, ended)
		return
	}
	start := c.start
	d.launch(c.op)
	d.mu.Lock()
	if c.start == start { // it has not completed meanwhile
		c.launched = true
		if c.why != nil {
			d.backend.Cancel(&c.op.op)
		}
	}
	d.mu.Unlock()
}

// settle is step 4. It reports whether the operation goes on all the same, being
// a periodic timer. again: it is a multishot operation that will be started again.
// Then it has a new timeout, and stays with its owner meanwhile.
func (d *Dispatcher) settle(c *control, again bool) (more bool) {
	op := &c.op.op
	if !c.armed {
		return false
	}
	d.mu.Lock()
	if c.ticking && op.Err == nil {
		d.mu.Unlock()
		return true
	}
	c.start++
	c.ticking, c.launched = false, false
	d.held.remove(c, inDispatcher)
	if d.timers.holds(c.op) {
		d.timers.remove(c.op)
	}
	why := c.why
	d.mu.Unlock()
	if c.owner != nil && !again {
		c.owner.remove(c)
	}
	if c.stop != nil {
		c.stop()
		c.stop = nil
	}
	c.armed = again
	if why != nil && errors.Is(op.Err, context.Canceled) {
		op.Err = why
	}
	return false
}
