package proactor

import (
	"sync/atomic"
	"time"
)

// Leader and followers. A goroutine that is about to wait for something that a
// handler will bring may dispatch by itself while it waits: then the completion
// and whoever waits for it are on one goroutine, and no thread has to be woken
// between the two. The goroutine inside Run, the host, stands by meanwhile.
//
//	hosted ──(Lead: the host hands over)──▶ led ──(done)──▶ unattended
//	   ▲                                     ▲                  │
//	   │                                     └──(Lead again)────┤
//	   └──────(work is handed over, or the grace has passed)────┘
//
// A leader that is done leaves the dispatcher unattended for a short grace: one
// that asks and answers is back before it ends, and nobody was woken at all. It
// is the host again as soon as another goroutine hands work over, or somebody
// else waits. A leader that does not come back in time is refused for a while,
// each time longer: programs that compute between two waits are better served by
// the host.
//
// The grace is watched by a timer that ticks while leaders come and go, and
// stops when they do not. A timer for each leave would be exact, and would wake
// a thread each time that it is set.
type leadership struct {
	state          leadState   // under Dispatcher.mu, as all of this
	hosting        bool        // a Run is in progress
	requested      atomic.Bool // a leader waits for the host to hand over; set under mu
	granted        chan bool
	hostWanted     chan struct{} // tells the host that it is needed again
	graceTimer     *time.Timer
	graceTick      time.Duration
	ticking        bool
	departures     uint // how often a leader left, and at the last tick
	seenDepartures uint
	refusals       int // so many Leads are refused
	misses         int // how often in a row, nearly, a leader did not come back in time

	deferredSince time.Duration // when the first operation was deferred to a leader that is away; 0: none
	undeferred    int           // so many times a leader leaves before operations are deferred again
}

type leadState uint8

const (
	hosted leadState = iota
	led
	unattended
)

const (
	// minTick is how often the grace is looked at: a dispatcher is unattended for
	// at most two of them, and only while nobody is known to wait for it. Each tick
	// wakes a thread, which then competes with the leader's, so that the ticks grow
	// rare, up to maxTick, while leaders keep coming back.
	minTick = time.Millisecond
	maxTick = 4 * time.Millisecond
	// often is how many leaves in a tick make the next one twice as long.
	manyDepartures = 32
	// maxMisses bounds for how long leaders are refused: 2^maxMisses waits.
	maxMisses = 10
	// promptReturn is how soon a leader is back to which operations are deferred. One that
	// was not has as many turns without as undeferredTurns says.
	promptReturn    = 300 * time.Microsecond
	undeferredTurns = 32
)

// Follower is who would wait for a handler to do something: see [Dispatcher.Lead].
type Leader interface {
	// Done reports whether it has been done. The leader asks between two rounds of
	// completions; it must not block. Whoever makes it true on another goroutine calls
	// [Dispatcher.WakeLeader].
	Done() bool
	// Alone reports whether nobody else waits for this dispatcher's handlers. If so
	// the leader is expected to come back soon, and nobody is woken when it leaves.
	Alone() bool
}

// Lead lets a goroutine that is about to block until a handler has done something
// dispatch meanwhile (leader and followers): the completion is then handled on the
// goroutine that waits for it, and no other has to be woken in between, which is
// worth more than half of the latency of a request and its reply (docs/adr/0003).
// The goroutine inside Run stands by meanwhile. Any goroutine may call it; in a
// handler of d's it returns false, and whoever waits then waits for itself: see
// [Dispatcher.InHandler].
//
// Lead dispatches on the caller's goroutine until f is done. It returns false,
// at once, if it is better that the caller just waits: the dispatcher is busy,
// led by another, not being run at all, or keeps a journal (then call
// [Dispatcher.WakeHost] and wait as always). It returns true if it has dispatched,
// which may have ended early (Stop, Close): f tells.
func (d *Dispatcher) Lead(f Leader) bool {
	if !d.takeLead() {
		return false
	}
	d.takeTurn()
	defer func() { d.endLead(f.Alone()) }() // also if a handler panics: the host goes on
	for !f.Done() && !d.stopping.Load() && !d.closed.Load() {
		d.round(true)
	}
	return true
}

// WakeLeader makes a leader, if there is one, ask its Follower whether it is done. It
// does not block, and costs a lock if there is none.
func (d *Dispatcher) WakeLeader() {
	d.mu.Lock()
	leading := d.lead.state == led
	d.skipWait = d.skipWait || leading
	d.mu.Unlock()
	if leading {
		d.wake()
	}
}

// takeLead makes the caller the leader, if that is a good idea.
func (d *Dispatcher) takeLead() bool {
	if d.journal != nil || d.InHandler() {
		return false // it knows one goroutine that dispatches; a handler has the turn already
	}
	d.mu.Lock()
	l := &d.lead
	switch {
	case l.state == unattended:
		l.state = led
		d.parked.Store(false)
		l.misses = max(l.misses-1, 0)
		d.endDeferralLocked()
		d.mu.Unlock()
		return true
	case l.refusals > 0:
		l.refusals--
	case l.state == hosted && l.hosting && !l.requested.Load() && d.parked.Load():
		l.requested.Store(true)
		if l.granted == nil {
			l.granted, l.hostWanted = make(chan bool), make(chan struct{}, 1)
		}
		d.skipWait = true
		d.mu.Unlock()
		d.wake()
		return <-l.granted
	}
	d.mu.Unlock()
	return false
}

// host says that a Run begins or ends. A leader that asks when it ends is
// refused.
func (d *Dispatcher) setHosting(begins bool) {
	d.mu.Lock()
	d.lead.hosting = begins
	refuse := d.lead.requested.Swap(false)
	d.mu.Unlock()
	if refuse {
		d.lead.granted <- false
	}
}

// yieldToLeader is called by the host between two rounds: a leader that asks is given
// the turn, and the host stands by until it is needed.
func (d *Dispatcher) yieldToLeader() {
	if !d.lead.requested.Load() {
		return
	}
	d.mu.Lock()
	d.lead.requested.Store(false)
	d.lead.state = led
	d.mu.Unlock()
	d.releaseTurn()
	d.lead.granted <- true
	<-d.lead.hostWanted
	d.takeTurn()
}

// leave ends the leader's turn. If there is something to do, or others wait, the
// host comes back; otherwise the leader is expected to.
func (d *Dispatcher) endLead(alone bool) {
	busy := !d.runnable.Empty() || d.completed != nil || d.runQueue.n > 0
	d.releaseTurn()
	d.mu.Lock()
	stay := alone && !busy && d.posted.Empty() && !d.stopping.Load() && !d.closed.Load()
	if !stay {
		d.returnToHostLocked()
		d.mu.Unlock()
		return
	}
	d.lead.state = unattended
	d.skipWait = false
	d.parked.Store(true) // who comes with work calls wake, which recalls the host
	d.lead.departures++
	d.lead.undeferred = max(d.lead.undeferred-1, 0)
	d.startGraceTimerLocked()
	d.mu.Unlock()
}

// startGraceTimerLocked sees to it that the timer ticks. mu is held.
func (d *Dispatcher) startGraceTimerLocked() {
	l := &d.lead
	switch {
	case l.ticking:
		return
	case l.graceTimer == nil:
		l.graceTick = minTick
		l.graceTimer = time.AfterFunc(l.graceTick, d.onGraceTick)
	default:
		l.graceTimer.Reset(l.graceTick)
	}
	l.ticking, l.seenDepartures = true, l.departures
}

// onGraceTick recalls the host if nobody has taken the lead since the last tick, and
// stops ticking if nobody has left it.
func (d *Dispatcher) onGraceTick() {
	d.mu.Lock()
	defer d.mu.Unlock()
	l := &d.lead
	l.ticking = false
	switch {
	case l.state == unattended && l.deferredSince > 0 && d.Now()-l.deferredSince > promptReturn:
		d.returnToHostLocked()
	case l.departures != l.seenDepartures:
		if l.departures-l.seenDepartures >= manyDepartures {
			l.graceTick = min(2*l.graceTick, maxTick)
		}
		d.startGraceTimerLocked()
	case l.state == unattended:
		l.graceTick = minTick
		l.misses = min(l.misses+1, maxMisses)
		l.refusals = 1 << l.misses
		d.returnToHostLocked()
	}
}

// recall gives the turn back to the host. mu is held.
func (d *Dispatcher) returnToHostLocked() {
	d.endDeferralLocked()
	d.lead.state = hosted
	d.parked.Store(false)
	d.lead.hostWanted <- struct{}{}
}

// mayDeferLocked reports whether an operation may wait for the leader that is away. mu is
// held.
func (d *Dispatcher) mayDeferLocked() bool {
	l := &d.lead
	if l.state != unattended || l.undeferred > 0 || d.stopping.Load() || d.closed.Load() {
		return false
	}
	if l.deferredSince == 0 {
		l.deferredSince = d.Now()
	}
	return true
}

// endDeferralLocked is called when somebody dispatches again: what was deferred has its
// turn. If it had to wait for long, the next operations are not deferred. mu is held.
func (d *Dispatcher) endDeferralLocked() {
	l := &d.lead
	if l.deferredSince > 0 && d.Now()-l.deferredSince > promptReturn {
		l.undeferred = undeferredTurns
	}
	l.deferredSince = 0
}

// Attend says that the caller is about to wait for a handler without leading: if
// the last leader has left the dispatcher to itself for a moment, the goroutine
// inside Run takes it back at once. It does not block.
func (d *Dispatcher) WakeHost() { d.reclaimIfUnattended() }

// reclaimIfUnattended ends the grace early because there is work. It reports
// whether it did.
func (d *Dispatcher) reclaimIfUnattended() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.lead.state != unattended {
		return false
	}
	d.returnToHostLocked()
	return true
}
