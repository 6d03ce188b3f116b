package proactor

import (
	"slices"
	"sync"
	"testing"
)

// away is a dispatcher whose leader has just left it, and a host that stands by.
func away(t *testing.T) *Dispatcher {
	d, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
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

// back makes the leader return, and dispatch what there is.
func back(t *testing.T, d *Dispatcher) {
	t.Helper()
	if !d.takeLead() {
		t.Fatal("the leader is refused")
	}
	d.turn.Lock()
	d.round(false)
	d.endLead(true)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.lead.state != unattended {
		t.Fatal("the leader is not expected back")
	}
}

// recalled reports whether the host was told to come back.
func recalled(d *Dispatcher) bool {
	select {
	case <-d.lead.hostWanted:
		return true
	default:
		return false
	}
}

// A deferred operation wakes nobody while a leader is expected, and is dispatched
// when that is back. A posted one recalls the host, and both complete in order.
func TestDefer(t *testing.T) {
	d := away(t)
	var order []int
	op := func(n int) *Operation {
		return &Operation{Handler: HandlerFunc(func(*Operation) { order = append(order, n) })}
	}
	d.Defer(op(1))
	d.Defer(op(2))
	if recalled(d) {
		t.Error("a deferred operation recalls the host")
	}
	back(t, d)
	if want := []int{1, 2}; !slices.Equal(order, want) {
		t.Errorf("called %v, want %v", order, want)
	}
	d.Defer(op(3))
	d.Post(op(4))
	if !recalled(d) {
		t.Error("a posted operation does not recall the host")
	}
	d.Defer(op(5))
	if _, err := d.Poll(); err != nil {
		t.Fatal(err)
	}
	if want := []int{1, 2, 3, 4, 5}; !slices.Equal(order, want) {
		t.Errorf("called %v, want %v", order, want)
	}
}

// A leader that stays away after something was deferred is trusted again after
// undeferredTurns turns.
func TestDeferToASlowLeader(t *testing.T) {
	d := away(t)
	nothing := HandlerFunc(func(*Operation) {})
	d.Defer(&Operation{Handler: nothing})
	d.mu.Lock()
	d.lead.deferredSince = max(d.lead.deferredSince-2*promptReturn, 1)
	long := d.Now()-d.lead.deferredSince > promptReturn
	d.mu.Unlock()
	for !long { // the clock began just now
		d.mu.Lock()
		long = d.Now()-d.lead.deferredSince > promptReturn
		d.mu.Unlock()
	}
	back(t, d)
	for turn := range undeferredTurns - 1 {
		d.Defer(&Operation{Handler: nothing})
		if !recalled(d) {
			t.Fatalf("turn %d: an operation is deferred", turn)
		}
		d.mu.Lock()
		d.lead.state = unattended // as if the host had led, and a leader after it
		d.mu.Unlock()
		back(t, d)
	}
	d.Defer(&Operation{Handler: nothing})
	if recalled(d) {
		t.Errorf("after %d turns nothing is deferred", undeferredTurns)
	}
}

// The tick that watches over the grace recalls the host where an operation waits for
// too long, although the leader has been seen since the last tick.
func TestTickEndsADeferral(t *testing.T) {
	d := away(t)
	d.mu.Lock()
	d.startGraceTimerLocked()
	d.lead.graceTimer.Stop()
	d.lead.departures++
	d.lead.deferredSince = 1
	for d.Now()-d.lead.deferredSince <= promptReturn {
	}
	d.mu.Unlock()
	d.onGraceTick()
	if !recalled(d) {
		t.Error("the host is not recalled")
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.lead.undeferred != undeferredTurns || d.lead.deferredSince != 0 {
		t.Errorf("after the tick: %d eager turns, deferred at %v", d.lead.undeferred, d.lead.deferredSince)
	}
}

// Without a leader that is expected, Defer is Post; and Close completes what was
// deferred.
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

	d = away(t)
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
