package proactor

import (
	"context"
	"errors"
	"testing"
	"time"
)

// withoutTimer keeps the grace timer of d from ticking by itself.
func withoutTimer(d *Dispatcher) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lead.graceTimer, d.lead.graceTick = time.AfterFunc(time.Hour, func() {}), minTick
	d.lead.graceTimer.Stop()
}

// tick makes the grace timer of d tick after that number of departures, and returns
// whether the host was woken.
func tick(d *Dispatcher, departures uint) (woken bool) {
	d.mu.Lock()
	d.lead.departures += departures
	d.mu.Unlock()
	d.onGraceTick()
	return hostWoken(d)
}

// startTicking starts the grace timer of d as a leader's departure does.
func startTicking(d *Dispatcher) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.startGraceTimerLocked()
}

// The time between two ticks doubles while many leaders leave between them, up to a
// bound. The tick after which none has left wakes the host, and ends the ticking.
func TestGraceTick(t *testing.T) {
	d := leaderAway(t)
	withoutTimer(d)
	startTicking(d)
	want := minTick
	for range 5 {
		if tick(d, manyDepartures-1) || d.lead.graceTick != want || !d.lead.ticking {
			t.Fatalf("after few departures: ticks each %v, want %v", d.lead.graceTick, want)
		}
		want = min(2*want, maxTick)
		if tick(d, manyDepartures) || d.lead.graceTick != want || !d.lead.ticking {
			t.Fatalf("after many departures: ticks each %v, want %v", d.lead.graceTick, want)
		}
	}
	if !tick(d, 0) || d.lead.ticking || d.lead.state != hosted || d.lead.graceTick != minTick {
		t.Errorf("after no departure: ticking %v, state %v, ticks each %v", d.lead.ticking, d.lead.state, d.lead.graceTick)
	}
	if tick(d, 0) || d.lead.misses != 1 {
		t.Errorf("a host that dispatches already is woken, or counts as missed: %d", d.lead.misses)
	}
}

// The first tick comes after the shortest time.
func TestFirstGraceTick(t *testing.T) {
	d := leaderAway(t)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.startGraceTimerLocked()
	if d.lead.graceTick != minTick || !d.lead.ticking {
		t.Errorf("ticks each %v, ticking %v", d.lead.graceTick, d.lead.ticking)
	}
	d.lead.graceTimer.Stop()
	d.lead.departures++
	if d.startGraceTimerLocked(); d.lead.departures-d.lead.seenDepartures != 1 {
		t.Error("a departure during a tick is forgotten")
	}
}

// Each leader that does not come back in time doubles the number of leads that are
// refused. One that does halves it for the next time.
func TestMissedLeaders(t *testing.T) {
	d := leaderAway(t)
	withoutTimer(d)
	miss := func() {
		d.mu.Lock()
		d.lead.state = unattended
		d.mu.Unlock()
		startTicking(d)
		if !tick(d, 0) {
			t.Fatal("the host is not woken")
		}
	}
	for misses := 1; misses <= maxMisses+2; misses++ {
		miss()
		refused := 0
		for d.lead.refusals > 0 {
			if d.takeLead() {
				t.Fatal("a leader is not refused")
			}
			refused++
		}
		if want := 1 << min(misses, maxMisses); refused != want {
			t.Fatalf("after %d misses %d leads are refused, want %d", misses, refused, want)
		}
	}
	for returns := range maxMisses + 2 {
		d.mu.Lock()
		d.lead.state = unattended
		d.mu.Unlock()
		if !d.takeLead() || d.lead.state != led {
			t.Fatal("the leader that is expected back is refused")
		}
		if want := max(maxMisses-1-returns, 0); d.lead.misses != want {
			t.Fatalf("after %d returns %d misses count, want %d", returns+1, d.lead.misses, want)
		}
	}
}

// A leader that is not alone, or that leaves work behind, gives the turn back to the
// host at once.
func TestEndLead(t *testing.T) {
	for name, test := range map[string]struct {
		alone bool
		leave func(*Dispatcher)
		stays bool
	}{
		"alone":        {true, func(*Dispatcher) {}, true},
		"not alone":    {false, func(*Dispatcher) {}, false},
		"a post":       {true, func(d *Dispatcher) { d.posted.Push(&new(Operation).op) }, false},
		"a timer":      {true, func(d *Dispatcher) { d.runnable.Push(&new(Operation).op) }, false},
		"a completion": {true, func(d *Dispatcher) { d.completed = &new(Operation).op }, false},
		"a priority":   {true, func(d *Dispatcher) { d.runQueue.n = 1 }, false},
		"stopped":      {true, func(d *Dispatcher) { d.stopping.Store(true) }, false},
		"closed":       {true, func(d *Dispatcher) { d.closed.Store(true) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			d := new(Dispatcher)
			d.lead.state, d.lead.hostWanted = led, make(chan struct{}, 1)
			d.lead.undeferred, d.skipWait = 2, true
			withoutTimer(d)
			d.takeTurn()
			test.leave(d)
			d.lead.waiting.Store(1) // the leader itself
			if !test.alone {
				d.AwaitedElsewhere()
			}
			d.endLead()
			if woken := hostWoken(d); woken == test.stays || (d.lead.state == unattended) != test.stays || d.parked.Load() != test.stays {
				t.Errorf("the host is woken: %v; state %v, parked %v", woken, d.lead.state, d.parked.Load())
			}
			if test.stays && (d.lead.undeferred != 1 || d.lead.departures != 1 || d.skipWait || !d.lead.ticking || d.lead.graceTick != minTick) {
				t.Errorf("the leader has left, and the state is %+v", &d.lead)
			}
			if d.goroutine.Load() != 0 || !d.turn.TryLock() {
				t.Error("the turn is not released")
			}
		})
	}
}

// An operation is deferred only to a leader that is expected back, and that has not
// been late recently.
func TestMayDefer(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*Dispatcher)
		may    bool
	}{
		"away":    {func(*Dispatcher) {}, true},
		"hosted":  {func(d *Dispatcher) { d.lead.state = hosted }, false},
		"led":     {func(d *Dispatcher) { d.lead.state = led }, false},
		"late":    {func(d *Dispatcher) { d.lead.undeferred = 1 }, false},
		"stopped": {func(d *Dispatcher) { d.stopping.Store(true) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			d := leaderAway(t)
			for d.Now() == 0 { // a clock of coarse steps
			}
			d.mu.Lock()
			defer d.mu.Unlock()
			test.change(d)
			if may := d.mayDeferLocked(); may != test.may || (d.lead.deferredSince.Load() != 0) != test.may {
				t.Errorf("an operation may be deferred: %v, since %v", may, d.lead.deferredSince.Load())
			}
			for began := d.Now(); d.Now() == began; {
			}
			if first := d.lead.deferredSince.Load(); test.may && (!d.mayDeferLocked() || d.lead.deferredSince.Load() != first) {
				t.Errorf("a later one changes the time of the first from %v to %v", first, d.lead.deferredSince.Load())
			}
		})
	}
}

// instant is a Waiter whose wait is over at once.
type instant struct{ blocked int }

func (*instant) Done() bool { return true }

func (w *instant) Block(context.Context) error {
	w.blocked++
	return errInstant
}

var errInstant = errors.New("the wait is over")

// A goroutine counts as waiting until Await returns, whichever way it waits, and gets what
// Block returns.
func TestAwaitCounts(t *testing.T) {
	d, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	w := new(instant)
	for range 2 {
		if err := d.Await(t.Context(), w); err != errInstant {
			t.Error(err)
		}
		if err := d.AwaitBlocked(t.Context(), w); err != errInstant {
			t.Error(err)
		}
	}
	if n := d.lead.waiting.Load(); n != 0 || w.blocked != 4 {
		t.Errorf("%d goroutines are counted as waiting, and %d of 4 waits have blocked", n, w.blocked)
	}
}
