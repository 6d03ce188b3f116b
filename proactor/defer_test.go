package proactor

import (
	"slices"
	"sync"
	"testing"
	"time"
)

// leaderAway makes a dispatcher whose leader has just left it, and whose host waits.
func leaderAway(t *testing.T) *Dispatcher {
	d, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	withoutTimer(d)
	d.mu.Lock()
	d.lead.state = unattended
	d.lead.hostWanted = make(chan struct{}, 1)
	d.parked.Store(true)
	d.mu.Unlock()
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// leadAgain makes the leader return and dispatch what there is.
func leadAgain(t *testing.T, d *Dispatcher) {
	t.Helper()
	if !d.takeLead() {
		t.Fatal("the leader is refused")
	}
	d.turn.Lock()
	d.round(false)
	d.endLead()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.lead.state != unattended {
		t.Fatal("the leader is not expected back")
	}
}

// hostWoken reports whether the host was woken.
func hostWoken(d *Dispatcher) bool {
	select {
	case <-d.lead.hostWanted:
		return true
	default:
		return false
	}
}

// TestDefer: a deferred operation wakes nothing while a leader is expected, and is
// dispatched when the leader is back. A posted one wakes the host, and both complete
// in order.
func TestDefer(t *testing.T) {
	d := leaderAway(t)
	var order []int
	op := func(n int) *Operation {
		return &Operation{Handler: HandlerFunc(func(*Operation) { order = append(order, n) })}
	}
	d.Defer(op(1))
	d.Defer(op(2))
	if hostWoken(d) {
		t.Error("a deferred operation wakes the host")
	}
	leadAgain(t, d)
	if want := []int{1, 2}; !slices.Equal(order, want) {
		t.Errorf("called %v, want %v", order, want)
	}
	d.Defer(op(3))
	d.Post(op(4))
	if !hostWoken(d) {
		t.Error("a posted operation does not wake the host")
	}
	d.Defer(op(5))
	if _, err := d.Poll(); err != nil {
		t.Fatal(err)
	}
	if want := []int{1, 2, 3, 4, 5}; !slices.Equal(order, want) {
		t.Errorf("called %v, want %v", order, want)
	}
}

// deferredLongAgo makes the first deferred operation one that was deferred at the
// beginning of the clock.
func deferredLongAgo(d *Dispatcher) {
	d.lead.deferredSince.Store(1)
	for d.absentFor() <= promptReturn {
	}
}

// TestRunDeferred: the goroutine that led dispatches what it has deferred once that is
// old enough, and is expected back as before.
func TestRunDeferred(t *testing.T) {
	d := leaderAway(t)
	if d.RunDeferred(0) {
		t.Error("dispatched, and nothing was deferred")
	}
	called := 0
	op := &Operation{Handler: HandlerFunc(func(op *Operation) {
		if called++; d.RunDeferred(0) {
			t.Error("dispatched in a handler")
		}
	})}
	d.Defer(op)
	if d.RunDeferred(time.Hour) || called != 0 {
		t.Error("dispatched what was young")
	}
	if !d.RunDeferred(0) || called != 1 {
		t.Errorf("%d calls of what was old enough", called)
	}
	if d.RunDeferred(0) || hostWoken(d) || d.lead.state != unattended || d.lead.waiting.Load() != 0 {
		t.Errorf("afterwards: state %v, %d waiting", d.lead.state, d.lead.waiting.Load())
	}
	d.Defer(op)
	d.mu.Lock()
	d.lead.state = led // by another goroutine
	d.mu.Unlock()
	if d.RunDeferred(0) {
		t.Error("two goroutines dispatch")
	}
	d.mu.Lock()
	d.lead.state = unattended
	d.mu.Unlock()
	d.lead.waiting.Add(1) // a goroutine blocks, and the host should serve it
	if !d.RunDeferred(0) || !hostWoken(d) {
		t.Error("the host is not woken for a goroutine that waits")
	}
	d.lead.waiting.Add(-1)
}

// TestLookIsNoAbsence: a leader that is busy and looks at what it has deferred, but does
// not dispatch it yet, is not away.
func TestLookIsNoAbsence(t *testing.T) {
	d := leaderAway(t)
	d.Defer(&Operation{Handler: HandlerFunc(func(*Operation) {})})
	deferredLongAgo(d)
	before := d.Now()
	d.RunDeferred(time.Hour)
	if absent := d.absentFor(); absent > d.Now()-before {
		t.Errorf("away for %v, and it looked less than %v ago", absent, d.Now()-before)
	}
}

// TestDeferToASlowLeader: if a leader stays away after an operation was deferred to
// it, no operation is deferred for the next undeferredTurns turns.
func TestDeferToASlowLeader(t *testing.T) {
	d := leaderAway(t)
	nothing := HandlerFunc(func(*Operation) {})
	d.Defer(&Operation{Handler: nothing})
	deferredLongAgo(d)
	leadAgain(t, d)
	for turn := range undeferredTurns - 1 {
		d.Defer(&Operation{Handler: nothing})
		if !hostWoken(d) {
			t.Fatalf("turn %d: an operation is deferred", turn)
		}
		d.mu.Lock()
		d.lead.state = unattended // as if the host had led, and a leader after it
		d.mu.Unlock()
		leadAgain(t, d)
	}
	d.Defer(&Operation{Handler: nothing})
	if hostWoken(d) {
		t.Errorf("after %d turns nothing is deferred", undeferredTurns)
	}
}

// TestTickEndsADeferral: the grace tick wakes the host if a deferred operation has
// waited for too long, although a leader has led since the last tick.
func TestTickEndsADeferral(t *testing.T) {
	d := leaderAway(t)
	d.mu.Lock()
	d.startGraceTimerLocked()
	d.lead.graceTimer.Stop()
	d.lead.departures++
	d.mu.Unlock()
	deferredLongAgo(d)
	d.onGraceTick()
	if !hostWoken(d) {
		t.Error("the host is not woken")
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.lead.undeferred != undeferredTurns || d.lead.deferredSince.Load() != 0 {
		t.Errorf("after the tick: %d turns without deferral, deferred at %v", d.lead.undeferred, d.lead.deferredSince.Load())
	}
}

// TestDeferIsDone: if no leader is expected, Defer is Post; and Close completes
// deferred operations.
func TestDeferIsDone(t *testing.T) {
	d, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	var host sync.WaitGroup
	host.Go(func() { _ = d.Run() })
	for range 100 {
		done := make(chan struct{})
		d.Defer(&Operation{Handler: HandlerFunc(func(*Operation) { close(done) })})
		<-done
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	host.Wait()
	late := make(chan error, 1)
	d.Defer(&Operation{Handler: HandlerFunc(func(op *Operation) { late <- op.Err() })})
	if err := <-late; err != ErrClosed {
		t.Errorf("after Close: %v, want ErrClosed", err)
	}

	d = leaderAway(t)
	left := make(chan error, 1)
	d.Defer(&Operation{Handler: HandlerFunc(func(op *Operation) { left <- op.Err() })})
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	select {
	case <-left:
	default:
		t.Error("Close leaves a deferred operation behind")
	}
}
