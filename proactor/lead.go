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
	state   leadState   // under Dispatcher.mu, as all of this
	hosting bool        // a Run is in progress
	asked   atomic.Bool // a leader waits for the host to hand over; set under mu
	granted chan bool
	back    chan struct{} // tells the host that it is needed again
	watch   *time.Timer
	tick    time.Duration
	ticking bool
	leaves  uint // how often a leader left, and at the last tick
	seen    uint
	refuse  int // so many Leads are refused
	misses  int // how often in a row, nearly, a leader did not come back in time

	deferred time.Duration // when the first operation was deferred to a leader that is away; 0: none
	eager    int           // so many times a leader leaves before operations are deferred again
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
	often = 32
	// maxMisses bounds for how long leaders are refused: 2^maxMisses waits.
	maxMisses = 10
	// promptly is how soon a leader is back to which operations are deferred. One that
	// was not has as many turns without as eagerTurns says.
	promptly   = 300 * time.Microsecond
	eagerTurns = 32
)

// Follower is who would wait for a handler to do something: see [Dispatcher.Lead].
type Follower interface {
	// Done reports whether it has been done. The leader asks between two rounds of
	// completions; it must not block. Whoever makes it true on another goroutine calls
	// [Dispatcher.Rouse].
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
// [Dispatcher.Attend] and wait as always). It returns true if it has dispatched,
// which may have ended early (Stop, Close): f tells.
func (d *Dispatcher) Lead(f Follower) bool {
	if !d.takeLead() {
		return false
	}
	d.takeTurn()
	defer func() { d.leave(f.Alone()) }() // also if a handler panics: the host goes on
	for !f.Done() && !d.stopping.Load() && !d.closed.Load() {
		d.round(true)
	}
	return true
}

// Rouse makes a leader, if there is one, ask its Follower whether it is done. It
// does not block, and costs a lock if there is none.
func (d *Dispatcher) Rouse() {
	d.mu.Lock()
	leading := d.lead.state == led
	d.hurry = d.hurry || leading
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
		d.endDeferral()
		d.mu.Unlock()
		return true
	case l.refuse > 0:
		l.refuse--
	case l.state == hosted && l.hosting && !l.asked.Load() && d.parked.Load():
		l.asked.Store(true)
		if l.granted == nil {
			l.granted, l.back = make(chan bool), make(chan struct{}, 1)
		}
		d.hurry = true
		d.mu.Unlock()
		d.wake()
		return <-l.granted
	}
	d.mu.Unlock()
	return false
}

// host says that a Run begins or ends. A leader that asks when it ends is
// refused.
func (d *Dispatcher) host(begins bool) {
	d.mu.Lock()
	d.lead.hosting = begins
	refuse := d.lead.asked.Swap(false)
	d.mu.Unlock()
	if refuse {
		d.lead.granted <- false
	}
}

// handOver is called by the host between two rounds: a leader that asks is given
// the turn, and the host stands by until it is needed.
func (d *Dispatcher) handOver() {
	if !d.lead.asked.Load() {
		return
	}
	d.mu.Lock()
	d.lead.asked.Store(false)
	d.lead.state = led
	d.mu.Unlock()
	d.giveTurn()
	d.lead.granted <- true
	<-d.lead.back
	d.takeTurn()
}

// leave ends the leader's turn. If there is something to do, or others wait, the
// host comes back; otherwise the leader is expected to.
func (d *Dispatcher) leave(alone bool) {
	busy := !d.due.Empty() || d.done != nil || d.ready.n > 0
	d.giveTurn()
	d.mu.Lock()
	stay := alone && !busy && d.posted.Empty() && !d.stopping.Load() && !d.closed.Load()
	if !stay {
		d.recall()
		d.mu.Unlock()
		return
	}
	d.lead.state = unattended
	d.hurry = false
	d.parked.Store(true) // who comes with work calls wake, which recalls the host
	d.lead.leaves++
	d.lead.eager = max(d.lead.eager-1, 0)
	d.watchGrace()
	d.mu.Unlock()
}

// watchGrace sees to it that the timer ticks. mu is held.
func (d *Dispatcher) watchGrace() {
	l := &d.lead
	switch {
	case l.ticking:
		return
	case l.watch == nil:
		l.tick = minTick
		l.watch = time.AfterFunc(l.tick, d.onTick)
	default:
		l.watch.Reset(l.tick)
	}
	l.ticking, l.seen = true, l.leaves
}

// onTick recalls the host if nobody has taken the lead since the last tick, and
// stops ticking if nobody has left it.
func (d *Dispatcher) onTick() {
	d.mu.Lock()
	defer d.mu.Unlock()
	l := &d.lead
	l.ticking = false
	switch {
	case l.state == unattended && l.deferred > 0 && d.Now()-l.deferred > promptly:
		d.recall()
	case l.leaves != l.seen:
		if l.leaves-l.seen >= often {
			l.tick = min(2*l.tick, maxTick)
		}
		d.watchGrace()
	case l.state == unattended:
		l.tick = minTick
		l.misses = min(l.misses+1, maxMisses)
		l.refuse = 1 << l.misses
		d.recall()
	}
}

// recall gives the turn back to the host. mu is held.
func (d *Dispatcher) recall() {
	d.endDeferral()
	d.lead.state = hosted
	d.parked.Store(false)
	d.lead.back <- struct{}{}
}

// mayDefer reports whether an operation may wait for the leader that is away. mu is
// held.
func (d *Dispatcher) mayDefer() bool {
	l := &d.lead
	if l.state != unattended || l.eager > 0 || d.stopping.Load() || d.closed.Load() {
		return false
	}
	if l.deferred == 0 {
		l.deferred = d.Now()
	}
	return true
}

// endDeferral is called when somebody dispatches again: what was deferred has its
// turn. If it had to wait for long, the next operations are not deferred. mu is held.
func (d *Dispatcher) endDeferral() {
	l := &d.lead
	if l.deferred > 0 && d.Now()-l.deferred > promptly {
		l.eager = eagerTurns
	}
	l.deferred = 0
}

// Attend says that the caller is about to wait for a handler without leading: if
// the last leader has left the dispatcher to itself for a moment, the goroutine
// inside Run takes it back at once. It does not block.
func (d *Dispatcher) Attend() { d.recallIfUnattended() }

// recallIfUnattended ends the grace early because there is work. It reports
// whether it did.
func (d *Dispatcher) recallIfUnattended() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.lead.state != unattended {
		return false
	}
	d.recall()
	return true
}
