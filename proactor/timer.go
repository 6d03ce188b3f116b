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
	op.ensureSettings()
	d.begin(op, KindTimer)
	if d.journal != nil && d.ask(op, func() { d.startTimer(op, expiry(d.backend.Now(), every), every) }) {
		return
	}
	d.startTimer(op, expiry(d.backend.Now(), every), every)
}

// startTimer starts op, which has begun.
func (d *Dispatcher) startTimer(op *Operation, when, every time.Duration) {
	var ended error
	c := op.settings.Load()
	if c != nil {
		ended = d.arm(c)
	}
	d.mu.Lock()
	if c != nil {
		c.next, c.period = when, every
		when = min(when, c.expires)
		if ended == nil {
			ended = c.reason
		}
	}
	if ended == nil && d.closed.Load() {
		ended = ErrClosed
	}
	if ended != nil {
		d.completeAndUnlock(&op.op, ended)
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
func (d *Dispatcher) expireLocked(now time.Duration) {
	for n := 0; n < timersPerRound && len(d.timers) > 0 && d.timers[0].when <= now; n++ {
		op := d.timers[0].op
		d.timers.remove(op)
		c := op.settings.Load()
		switch {
		case op.Kind() != KindTimer: // its deadline
			d.endEarlyLocked(c, ErrDeadlineExceeded)
			continue
		case c == nil || !c.armed:
		case c.expires < c.next:
			op.op.Err = ErrDeadlineExceeded
		case c.period > 0:
			d.tickLocked(c, now)
		}
		d.runnable.Push(&op.op)
	}
	d.runnable.Append(&d.posted) // what end has completed
}

// tick makes the ticks that are due one completion. mu is held.
func (d *Dispatcher) tickLocked(c *settings, now time.Duration) {
	n := 1 + (min(now, c.expires)-c.next)/c.period // none after it ran out of time
	c.op.op.N = int(min(n, math.MaxInt))
	c.next = expiry(c.next, n*c.period)
	c.inTick = true
	d.external.add(c, inDispatcher) // it is in no heap: CancelAll finds it here
}

// nextTick lets a periodic timer go on whose handler has returned.
func (d *Dispatcher) nextTick(c *settings) {
	d.mu.Lock()
	c.inTick = false
	d.external.remove(c, inDispatcher)
	ended := c.reason
	if d.closed.Load() {
		ended = ErrClosed
	}
	if ended != nil {
		d.completeAndUnlock(&c.op.op, ended)
		return
	}
	c.op.deadline = min(c.next, c.expires)
	d.timers.push(c.op)
	next := c.op.index == 1
	d.mu.Unlock()
	if next {
		d.wake()
	}
}

// timerHeap holds the timers that are running, and the deadlines of other
// operations that are outstanding, the next one to expire first. It
// is a heap with four children to a node: half as deep as a binary one, and the
// children share a cache line. Each operation knows its place, so that any timer
// can be taken out without a search. The dispatcher's mu covers it.
type timerHeap []timerEntry

// timerEntry repeats the deadline, so that comparing does not touch the
// operations.
type timerEntry struct {
	when time.Duration
	op   *Operation
}

const timerChildren = 4

// push adds op, which expires at op.deadline.
func (h *timerHeap) push(op *Operation) {
	*h = append(*h, timerEntry{op.deadline, op})
	h.up(len(*h) - 1)
}

// holds reports whether op is in this very heap.
func (h timerHeap) holds(op *Operation) bool {
	return op.index > 0 && int(op.index) <= len(h) && h[op.index-1].op == op
}

// remove takes op out. It must be in h.
func (h *timerHeap) remove(op *Operation) {
	i, last := int(op.index)-1, len(*h)-1
	op.index = 0
	moved := (*h)[last]
	(*h)[last] = timerEntry{}
	*h = (*h)[:last]
	if i == last {
		return
	}
	h.set(i, moved)
	h.down(i)
	h.up(i)
}

// runningTimers are the timers of h, without the deadlines of other operations.
func (h timerHeap) runningTimers() (timers []*Operation) {
	for _, e := range h {
		if e.op.Kind() == KindTimer {
			timers = append(timers, e.op)
		}
	}
	return timers
}

// set puts e at place i and tells its operation.
func (h timerHeap) set(i int, e timerEntry) {
	h[i] = e
	e.op.index = int32(i) + 1
}

// up moves the entry at i towards the root until its parent expires no later.
func (h timerHeap) up(i int) {
	e := h[i]
	for i > 0 {
		parent := (i - 1) / timerChildren
		if h[parent].when <= e.when {
			break
		}
		h.set(i, h[parent])
		i = parent
	}
	h.set(i, e)
}

// down moves the entry at i away from the root until no child expires earlier.
func (h timerHeap) down(i int) {
	e := h[i]
	for {
		first := i*timerChildren + 1
		if first >= len(h) {
			break
		}
		least := first
		for c := first + 1; c < min(first+timerChildren, len(h)); c++ {
			if h[c].when < h[least].when {
				least = c
			}
		}
		if e.when <= h[least].when {
			break
		}
		h.set(i, h[least])
		i = least
	}
	h.set(i, e)
}
