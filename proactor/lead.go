package proactor

import (
	"context"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// Leader and followers. A goroutine that is about to wait for something that a
// handler will bring can dispatch by itself while it waits. Then the completion is
// handled on the goroutine that waits for it, and no thread has to be woken between
// the two. The goroutine inside Run is the host; it waits meanwhile.
//
//	hosted ──(Await: the host hands over)──▶ led ──(done)──▶ unattended
//	   ▲                                      ▲                  │
//	   │                                      └──(Await again)───┤
//	   └───────(other work arrives, or the grace ends)───────────┘
//
// A leader that is done leaves the dispatcher unattended for a short grace period. A
// leader that sends a request and waits for the reply is back before the grace ends,
// and nothing had to be woken. The host takes over again when another goroutine adds
// work, or when a goroutine waits without leading. A leader that does not come back
// in time is refused for a number of waits, which doubles each time: programs that
// compute between two waits are served better by the host.
//
// The calls that add a goroutine to the waiters come first, and how a leader waits for
// the next completion comes last.
//
// A timer watches the grace. It ticks while leaders come and go, and stops when they
// do not. A timer for each departure would be exact, but would wake a thread each
// time that it is set.

// leadership says which goroutine dispatches while a Run is in progress.
// Dispatcher.mu covers it.
type leadership struct {
	waiting        atomic.Int32 // goroutines in Await, and AwaitedElsewhere; not under mu
	state          leadState
	hosting        bool        // a Run is in progress
	requested      atomic.Bool // a leader waits for the host to hand over; set under mu
	granted        chan bool
	hostWanted     chan struct{} // wakes the host, which then dispatches again
	graceTimer     *time.Timer
	graceTick      time.Duration
	ticking        bool
	departures     uint // how many times a leader has left
	seenDepartures uint // departures at the last tick
	refusals       int  // the number of Leads that are still to be refused
	misses         int  // leaders that did not come back in time; each that did counts down

	// deferredSince is when the first operation was deferred to a leader that is away; 0: none.
	// It is set under mu.
	deferredSince atomic.Int64
	lastLook      atomic.Int64 // when RunDeferred last found that it was too early
	undeferred    int          // departures until operations are deferred again
}

// leadState says which goroutine dispatches.
type leadState uint8

const (
	hosted     leadState = iota // the host, inside Run
	led                         // a leader
	unattended                  // none: the leader has left and is expected back
)

const (
	// minTick and maxTick bound the time between two ticks of the grace timer. A
	// dispatcher is unattended for at most two ticks, and only while no goroutine is
	// known to wait for it. Each tick wakes a thread, which competes with the leader's.
	// So the time doubles while leaders keep coming back.
	minTick = time.Millisecond
	maxTick = 4 * time.Millisecond
	// manyDepartures is the number of departures within a tick that makes the next tick
	// twice as long.
	manyDepartures = 32
	// maxMisses bounds the number of waits for which leaders are refused: 2^maxMisses.
	maxMisses = 10
	// promptReturn is the time within which a leader is expected back if operations are
	// deferred to it. If it comes later, nothing is deferred for the next
	// undeferredTurns departures.
	promptReturn    = 300 * time.Microsecond
	undeferredTurns = 32
)

// Waiter is a goroutine that waits until a handler has done something: see
// [Dispatcher.Await].
type Waiter interface {
	// Done reports whether the wait is over. The goroutine that waits calls it between
	// two rounds of completions; it must not block. Whatever changes its result outside
	// of a handler calls [Dispatcher.WakeLeader] afterwards.
	Done() bool
	// Block blocks until the wait is over, and returns nil, or until ctx is done, and
	// returns its error.
	Block(ctx context.Context) error
}

// Await waits until a handler has done what w waits for. If it can, it dispatches
// meanwhile on the caller's goroutine (leader and followers). The completion is then
// handled on the goroutine that waits for it, and no other goroutine has to be woken in
// between, which saves more than half of the latency of a request and its reply
// (docs/adr/0003, docs/adr/0019). The goroutine inside Run waits meanwhile.
//
// Await blocks in w.Block instead if another goroutine waits already or dispatches, or
// no Run is in progress, or d keeps a journal. It does the same when Stop or Close have
// ended its turn. So it returns what w.Block returns: nil, or ctx's error. In a handler
// of d, which would wait for itself, it returns [ErrInHandler] at once.
func (d *Dispatcher) Await(ctx context.Context, w Waiter) error {
	if d.InHandler() {
		return ErrInHandler
	}
	if d.lead.waiting.Add(1) == 1 && d.takeLead() {
		d.leadUntil(ctx, w)
	}
	return d.awaitBlocked(ctx, w)
}

// AwaitBlocked is Await without dispatching: for a goroutine that another one serves
// better, such as one that takes many messages at a time.
func (d *Dispatcher) AwaitBlocked(ctx context.Context, w Waiter) error {
	if d.InHandler() {
		return ErrInHandler
	}
	d.lead.waiting.Add(1)
	return d.awaitBlocked(ctx, w)
}

// awaitBlocked ends the wait of a goroutine that was counted as waiting.
func (d *Dispatcher) awaitBlocked(ctx context.Context, w Waiter) error {
	if !w.Done() {
		d.reclaimIfUnattended()
	}
	err := w.Block(ctx)
	d.lead.waiting.Add(-1)
	return err
}

// AwaitedElsewhere says that a goroutine waits for d's handlers from now on without
// Await, as one does that receives from a channel. Then no other one leads.
func (d *Dispatcher) AwaitedElsewhere() { d.lead.waiting.Add(1) }

// WakeLeader makes the goroutine that dispatches in Await, if there is one, call its
// Done. It does not block. If there is no leader it costs a lock.
func (d *Dispatcher) WakeLeader() {
	d.mu.Lock()
	leading := d.lead.state == led
	d.skipWait = d.skipWait || leading
	d.mu.Unlock()
	if leading {
		d.wake()
	}
}

// leadUntil dispatches on the caller's goroutine, which is the leader, until w is done.
func (d *Dispatcher) leadUntil(ctx context.Context, w Waiter) {
	if ctx.Done() != nil {
		defer context.AfterFunc(ctx, d.WakeLeader)()
	}
	d.takeTurn()
	d.spin.leading = true
	defer d.endLead() // also if a handler panics: then the host continues
	for !w.Done() && ctx.Err() == nil && !d.stopping.Load() && !d.closed.Load() {
		d.round(true)
	}
}

// takeLead makes the caller the leader, or reports that it should block instead.
func (d *Dispatcher) takeLead() bool {
	if d.journal != nil {
		return false // a journal knows one dispatching goroutine
	}
	d.mu.Lock()
	l := &d.lead
	switch {
	case l.state == unattended:
		d.takeLeadLocked()
		l.misses = max(l.misses-1, 0)
		d.mu.Unlock()
		return true
	case l.refusals > 0:
		l.refusals--
	case l.state == hosted && l.hosting && !l.requested.Load():
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

// setHosting records that a Run begins or ends. At the end it refuses a leader that
// waits for the host to hand over.
func (d *Dispatcher) setHosting(begins bool) {
	d.mu.Lock()
	d.lead.hosting = begins
	refuse := d.lead.requested.Swap(false)
	d.mu.Unlock()
	if refuse {
		d.lead.granted <- false
	}
}

// yieldToLeader is called by the host between two rounds. It gives the turn to a
// leader that waits for it, and waits until the host is wanted again.
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

// endLead ends the leader's turn. The host takes over if there is something to do or
// if other goroutines wait; otherwise the leader is expected back.
func (d *Dispatcher) endLead() {
	d.spin.leading = false
	alone := d.lead.waiting.Load() <= 1
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
	d.parked.Store(true) // a goroutine that adds work calls wake, which wakes the host
	d.lead.departures++
	d.lead.undeferred = max(d.lead.undeferred-1, 0)
	d.startGraceTimerLocked()
	d.mu.Unlock()
}

// startGraceTimerLocked starts the timer if it does not tick.
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

// onGraceTick wakes the host if no goroutine has led since the last tick, and stops
// the timer if no leader has left since then.
func (d *Dispatcher) onGraceTick() {
	d.mu.Lock()
	defer d.mu.Unlock()
	l := &d.lead
	l.ticking = false
	switch {
	case l.state == unattended && d.absentFor() > promptReturn:
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

// returnToHostLocked makes the host dispatch again.
func (d *Dispatcher) returnToHostLocked() {
	d.endDeferralLocked()
	d.lead.state = hosted
	d.parked.Store(false)
	d.lead.hostWanted <- struct{}{}
}

// reclaimIfUnattended ends the grace early because there is work. It reports whether
// the dispatcher was unattended.
func (d *Dispatcher) reclaimIfUnattended() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.lead.state != unattended {
		return false
	}
	d.returnToHostLocked()
	return true
}

// mayDeferLocked reports whether an operation may wait for the leader that is away.
func (d *Dispatcher) mayDeferLocked() bool {
	l := &d.lead
	if l.state != unattended || l.undeferred > 0 || d.stopping.Load() || d.closed.Load() {
		return false
	}
	if l.deferredSince.Load() == 0 {
		l.deferredSince.Store(int64(d.Now()))
	}
	return true
}

// endDeferralLocked is called when a goroutine dispatches again, and with it what
// was deferred. If the deferred operations had to wait for longer than promptReturn,
// the next ones are not deferred.
func (d *Dispatcher) endDeferralLocked() {
	if d.absentFor() > promptReturn {
		d.lead.undeferred = undeferredTurns
	}
	d.lead.deferredSince.Store(0)
}

// absentFor returns how long nothing has been heard of the leader that is away and for
// which operations wait; 0 if none do.
func (d *Dispatcher) absentFor() time.Duration {
	if since := d.lead.deferredSince.Load(); since > 0 {
		return d.Now() - time.Duration(max(since, d.lead.lastLook.Load()))
	}
	return 0
}

// RunDeferred dispatches once on the caller's goroutine, without waiting, if operations
// that were deferred ([Dispatcher.Defer]) have waited for age or longer. A goroutine that
// led before, and does much before it leads again, calls it now and then, so that what
// it has deferred does not wait for all of that. It reports whether it has dispatched.
// The caller must hold no lock that a handler takes. It costs a load if nothing is deferred.
func (d *Dispatcher) RunDeferred(age time.Duration) bool {
	since := d.lead.deferredSince.Load()
	if since == 0 || d.InHandler() {
		return false
	}
	if now := d.Now(); now-time.Duration(since) < age {
		d.lead.lastLook.Store(int64(now))
		return false
	}
	d.lead.waiting.Add(1)
	defer d.lead.waiting.Add(-1)
	if !d.retakeLead() {
		return false
	}
	d.takeTurn()
	defer d.endLead()
	d.round(false)
	return true
}

// retakeLead makes the caller the leader if the last one is away.
func (d *Dispatcher) retakeLead() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.lead.state != unattended {
		return false
	}
	d.takeLeadLocked()
	return true
}

// takeLeadLocked ends the absence of a leader.
func (d *Dispatcher) takeLeadLocked() {
	d.lead.state = led
	d.parked.Store(false)
	d.endDeferralLocked()
}

// How a goroutine that dispatches waits for the next completion. It parks, except that a
// leader first spins for a while: it looks again and again for the end of the read that
// was started last. A wake-up costs 20 µs and more, and the reply of a peer that is awake
// too takes less (docs/adr/0019).
//
// Spinning has to pay. If too many spins were fruitless the leader parks at once for the
// next few waits, and for twice as many the next time. A process without traffic does not
// spin, because nothing ends its wait.

const (
	// defaultSpinLimit is the longest spin if Options.SpinLimit is 0: about what a park
	// and a wake-up cost both sides.
	defaultSpinLimit = 100 * time.Microsecond
	// A fruitful spin earns one point and a fruitless one costs several, so that spinning
	// continues only while more than three of four are fruitful.
	fruitlessCost = 3
	maxCredit     = 4 * fruitlessCost
	// maxSkips bounds the number of waits without a spin: 2^maxSkips.
	maxSkips = 6
)

// spinning is what a dispatcher knows about its spins. The goroutine that has the turn
// owns it.
type spinning struct {
	backend backend.Spinner // nil: it cannot spin, or must not
	limit   time.Duration   // of one spin
	leading bool            // a leader has the turn
	credit  int             // see fruitlessCost
	backoff int             // how many times in a row the credit was used up
	skip    int             // waits that are still to park at once
}

// init prepares spins on b. With one processor the peer cannot answer meanwhile.
func (s *spinning) init(b backend.Backend, o *Options) {
	s.limit = o.SpinLimit
	if s.limit == 0 {
		s.limit = defaultSpinLimit
	}
	if s.limit > 0 && runtime.GOMAXPROCS(0) > 1 {
		s.backend, _ = b.(backend.Spinner)
	}
}

// wait is b's Wait, after a spin if a leader calls it and it may pay.
func (s *spinning) wait(b backend.Backend, deadline time.Duration) *backend.Op {
	switch {
	case deadline == 0 || !s.leading || s.backend == nil:
	case s.skip > 0:
		s.skip--
	default:
		if list := s.spin(b.Now() + s.limit); list != nil {
			return list
		}
	}
	return b.Wait(deadline)
}

// spin looks for completions until end.
func (s *spinning) spin(end time.Duration) *backend.Op {
	list, paid := s.backend.Spin(end)
	switch {
	case paid == backend.SpinRefused:
	case paid == backend.SpinFruitful:
		s.credit = min(s.credit+1, maxCredit)
		s.backoff = max(s.backoff-1, 0)
	case s.credit >= fruitlessCost:
		s.credit -= fruitlessCost
	default:
		s.credit = 0
		s.backoff = min(s.backoff+1, maxSkips)
		s.skip = 1<<s.backoff - 1
	}
	return list
}
