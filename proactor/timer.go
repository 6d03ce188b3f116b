package proactor

import (
	"math"
	"time"
)

// The dispatcher's one heap holds the timers, and the deadlines of other operations:
// an idle process wakes up for the next of them and for nothing else. They run on
// the dispatcher's clock (Now), which is virtual under sim.

// StartTimer completes op, with a nil error, when the given time has passed. If the
// time is not positive, op completes at once; if it is longer than the dispatcher's
// clock can count (292 years), never. A timer expires once; its handler may restart
// it.
func (d *Dispatcher) StartTimer(op *Operation, after time.Duration) {
	d.begin(op, KindTimer)
	d.startTimer(op, timerStart{after: after})
}

// StartTimerAt is StartTimer with a moment on the dispatcher's clock. A chain of
// timers, each started at the last one's moment plus a duration, does not drift. A
// moment in the past, which includes every negative one, counts as now.
func (d *Dispatcher) StartTimerAt(op *Operation, when time.Duration) {
	d.begin(op, KindTimer)
	d.startTimer(op, timerStart{after: when, fromZero: true})
}

// StartAlarm is StartTimer with a moment of the calendar: op completes when the time
// that is left from now to t has passed. Setting the wall clock afterwards does not
// move it. A moment in the past counts as now. Under virtual time that time is
// virtual, too.
func (d *Dispatcher) StartAlarm(op *Operation, t time.Time) {
	d.begin(op, KindTimer)
	d.startTimer(op, timerStart{calendar: t})
}

// StartTicker starts a periodic timer. op stays outstanding and its handler is
// called once a period with a nil error. op.N is the number of periods since the
// last call: 1, or more if the handler was called late. So missed ticks are counted
// and not repeated. Ticks stay at multiples of the period from the start: they do
// not drift. While the handler runs no other tick is dispatched. Cancel ends the
// ticker: the last call has ErrCanceled. The period must be positive.
func (d *Dispatcher) StartTicker(op *Operation, every time.Duration) {
	if every <= 0 {
		panic("proactor: a ticker's period must be positive, and is " + every.String())
	}
	op.ensureSettings()
	d.begin(op, KindTimer)
	d.startTimer(op, timerStart{after: every, every: every})
}

// timerStart says when a timer expires: some time after now, or after the zero of the
// dispatcher's clock, or at a moment of the calendar; and then every period, if that is
// not 0.
type timerStart struct {
	after, every time.Duration
	fromZero     bool
	calendar     time.Time // zero: none
}

// startTimer starts op, which has begun.
func (d *Dispatcher) startTimer(op *Operation, s timerStart) {
	if d.journal != nil && d.ask(op, func() { d.runTimer(op, s) }) {
		return
	}
	d.runTimer(op, s)
}

// runTimer is startTimer, where the journal has it done.
func (d *Dispatcher) runTimer(op *Operation, s timerStart) {
	var now time.Duration
	if !s.fromZero {
		now = d.backend.Now()
	}
	if !s.calendar.IsZero() {
		s.after = d.until(s.calendar)
	}
	when := expiry(now, s.after)
	c := op.settings.Load()
	ended := d.armAndLock(c)
	if c != nil {
		c.next, c.period = when, s.every
		when = min(when, c.expires)
	}
	if ended != nil {
		d.completeAndUnlock(&op.op, ended)
		return
	}
	d.pushTimerAndUnlock(op, when)
}

// pushTimerAndUnlock makes op expire at when. mu is held; it is released.
func (d *Dispatcher) pushTimerAndUnlock(op *Operation, when time.Duration) {
	first := d.timers.push(op, when)
	d.mu.Unlock()
	if first { // the deadline of a Wait in progress is too late
		d.wake()
	}
}

// expireLocked takes expired timers and deadlines out of the heap, at most
// timersPerRound of them. The caller also has the turn.
func (d *Dispatcher) expireLocked(now time.Duration) {
	for n := 0; n < timersPerRound && len(d.timers) > 0 && d.timers[0].when <= now; n++ {
		op := d.timers[0].op
		d.timers.remove(op)
		c := op.settings.Load()
		switch {
		case op.Kind() != KindTimer: // the deadline of another operation
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
	d.runnable.Append(&d.posted) // what endEarlyLocked has completed
}

// tickLocked makes one completion of the ticks that have passed.
func (d *Dispatcher) tickLocked(c *settings, now time.Duration) {
	n := 1 + (min(now, c.expires)-c.next)/c.period // no ticks after its timeout
	c.op.op.N = int(min(n, math.MaxInt))
	c.next = expiry(c.next, n*c.period)
	c.inTick = true
	d.external.add(c, inDispatcher) // it has left the heap: CancelAll finds it here
}

// nextTick continues a ticker whose handler has returned.
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
	d.pushTimerAndUnlock(c.op, min(c.next, c.expires))
}

// timerHeap holds the running timers, and the deadlines of other outstanding
// operations, the earliest first. It is a heap with four children to a node: half as
// deep as a binary heap, and the children share a cache line. Each operation knows
// its index, so that a timer is removed without a search. Dispatcher.mu covers the
// heap.
type timerHeap []timerEntry

// timerEntry repeats the deadline, so that comparisons do not touch the operations.
type timerEntry struct {
	when time.Duration
	op   *Operation
}

const timerChildren = 4

// push adds op, which expires at when. It reports whether that is the earliest time.
func (h *timerHeap) push(op *Operation, when time.Duration) (first bool) {
	*h = append(*h, timerEntry{when, op})
	h.up(len(*h) - 1)
	return op.index == 1
}

// holds reports whether op is in this heap, not in another dispatcher's.
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

// runningTimers returns the timers of h, without the deadlines of other operations.
func (h timerHeap) runningTimers() (timers []*Operation) {
	for _, e := range h {
		if e.op.Kind() == KindTimer {
			timers = append(timers, e.op)
		}
	}
	return timers
}

// set puts e at index i.
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
