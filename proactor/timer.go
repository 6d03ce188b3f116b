package proactor

import (
	"math"
	"time"
)

// Timers are kept in the dispatcher's one heap, and so are the deadlines of other
// operations: an idle process wakes up for the next of them, and for nothing
// else. They run on the dispatcher's clock (Now), which is virtual under sim.

// StartTimer completes op, with a nil error, once the given time has passed; at
// once if it is not positive, and never if the dispatcher's clock does not go so far
// (292 years). A timer fires once; its handler may restart it.
func (d *Dispatcher) StartTimer(op *Operation, after time.Duration) {
	d.begin(op, KindTimer)
	if d.journal != nil && d.ask(op, func() { d.startTimer(op, expiry(d.backend.Now(), after), 0) }) {
		return
	}
	d.startTimer(op, expiry(d.backend.Now(), after), 0)
}

// StartTimerAt is StartTimer with a moment on the dispatcher's clock: a chain of
// timers, each started at the last one's moment plus a span, does not drift. A moment
// that is over, as a negative one always is, is now.
func (d *Dispatcher) StartTimerAt(op *Operation, when time.Duration) {
	d.begin(op, KindTimer)
	if d.journal != nil && d.ask(op, func() { d.startTimer(op, expiry(0, when), 0) }) {
		return
	}
	d.startTimer(op, expiry(0, when), 0)
}

// StartAlarm is StartTimer with a moment of the calendar: op completes when the
// time that is left until t now has passed. A wall clock that is set later does
// not move it. A moment that is over is now. Under virtual time that time is virtual,
// too.
func (d *Dispatcher) StartAlarm(op *Operation, t time.Time) {
	d.begin(op, KindTimer)
	if d.journal != nil && d.ask(op, func() { d.startTimer(op, expiry(d.backend.Now(), d.until(t)), 0) }) {
		return
	}
	d.startTimer(op, expiry(d.backend.Now(), d.until(t)), 0)
}

// StartTicker is a periodic timer. op stays outstanding and its handler is called
// every so often, with a nil error and in op.N how many periods have passed since
// the last call: 1, or more if the handler was called late. So ticks that are
// missed are counted and not made up for, and ticks keep to multiples of the
// period from the start: they do not drift. While its handler runs no other tick
// is dispatched. Cancel ends it: the last call has ErrCanceled. The period must be
// positive.
func (d *Dispatcher) StartTicker(op *Operation, every time.Duration) {
	if every <= 0 {
		panic("proactor: a ticker's period must be positive, and is " + every.String())
	}
	op.controls()
	d.begin(op, KindTimer)
	if d.journal != nil && d.ask(op, func() { d.startTimer(op, expiry(d.backend.Now(), every), every) }) {
		return
	}
	d.startTimer(op, expiry(d.backend.Now(), every), every)
}

// startTimer starts op, which has begun.
func (d *Dispatcher) startTimer(op *Operation, when, every time.Duration) {
	var ended error
	c := op.control.Load()
	if c != nil {
		ended = d.arm(c)
	}
	d.mu.Lock()
	if c != nil {
		c.due, c.every = when, every
		when = min(when, c.limit)
		if ended == nil {
			ended = c.why
		}
	}
	if ended == nil && d.closed.Load() {
		ended = ErrClosed
	}
	if ended != nil {
		d.hand(&op.op, ended)
		return
	}
	op.deadline = when
	d.timers.push(op)
	next := op.index == 1
	d.mu.Unlock()
	if next { // a Wait in progress has too late a deadline
		d.wake()
	}
}

// expire takes timers and deadlines that are over by now out of the heap, a
// bounded number of them. mu is held, and so is the turn.
func (d *Dispatcher) expire(now time.Duration) {
	for n := 0; n < timersPerRound && len(d.timers) > 0 && d.timers[0].when <= now; n++ {
		op := d.timers[0].op
		d.timers.remove(op)
		c := op.control.Load()
		switch {
		case op.Kind() != KindTimer: // its deadline
			d.end(c, ErrDeadlineExceeded)
			continue
		case c == nil || !c.armed:
		case c.limit < c.due:
			op.op.Err = ErrDeadlineExceeded
		case c.every > 0:
			d.tick(c, now)
		}
		d.due.Push(&op.op)
	}
	d.due.Append(&d.posted) // what end has completed
}

// tick makes the ticks that are due one completion. mu is held.
func (d *Dispatcher) tick(c *control, now time.Duration) {
	n := 1 + (min(now, c.limit)-c.due)/c.every // none after it ran out of time
	c.op.op.N = int(min(n, math.MaxInt))
	c.due = expiry(c.due, n*c.every)
	c.ticking = true
	d.held.add(c, inDispatcher) // it is in no heap: CancelAll finds it here
}

// nextTick lets a periodic timer go on whose handler has returned.
func (d *Dispatcher) nextTick(c *control) {
	d.mu.Lock()
	c.ticking = false
	d.held.remove(c, inDispatcher)
	ended := c.why
	if d.closed.Load() {
		ended = ErrClosed
	}
	if ended != nil {
		d.hand(&c.op.op, ended)
		return
	}
	c.op.deadline = min(c.due, c.limit)
	d.timers.push(c.op)
	next := c.op.index == 1
	d.mu.Unlock()
	if next {
		d.wake()
	}
}
