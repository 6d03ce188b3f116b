package proactor_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/internal/backend"
)

// awaiting is a Waiter for a handler call.
type awaiting struct {
	begins func() // called by the first Done; may be nil
	done   atomic.Bool
	called atomic.Int32
}

func (a *awaiting) Done() bool {
	if a.begins != nil {
		a.begins()
	}
	return a.done.Load()
}

// Block is not used: the tests lead, or wait for the handler.
func (a *awaiting) Block(context.Context) error { panic("blocked") }

// leadAttempts bounds the number of tries of a lead that is refused: on a busy machine
// leaders come back too late, and are refused up to 2^maxMisses times in a row.
const leadAttempts = 10

// led waits for a timer of d, which it dispatches itself unless Lead refuses. It does so
// again until Lead has accepted.
func led(t *testing.T, d *proactor.Dispatcher, f *awaiting) {
	t.Helper()
	leads := false
	for attempt := 0; attempt < leadAttempts && !leads; attempt++ {
		f.done.Store(false)
		called := make(chan struct{})
		op := proactor.Operation{Handler: proactor.HandlerFunc(func(*proactor.Operation) {
			f.called.Add(1)
			f.done.Store(true)
			d.WakeLeader()
			close(called)
		})}
		d.StartTimer(&op, time.Microsecond)
		leads = proactor.Lead(d, f)
		<-called
	}
}

func withHost(t *testing.T, test func(d *proactor.Dispatcher)) {
	for _, backend := range workingBackends() {
		if backend == "sim" {
			continue // its clock does not wait for other goroutines
		}
		t.Run(backend, func(t *testing.T) {
			d := dispatcher(t, backend)
			var host sync.WaitGroup
			host.Go(func() {
				if err := d.Run(); err != proactor.ErrClosed {
					t.Errorf("Run: %v", err)
				}
			})
			// Run has begun when it calls this handler: before, a Poll of the test's would
			// make it fail.
			running := make(chan struct{})
			d.Post(&proactor.Operation{Handler: proactor.HandlerFunc(func(*proactor.Operation) { close(running) })})
			<-running
			test(d)
			if err := d.Close(); err != nil {
				t.Error(err)
			}
			host.Wait()
		})
	}
}

// A leader's completion is dispatched while it leads, and again when it comes back
// within the grace, and after it.
func TestLead(t *testing.T) {
	withHost(t, func(d *proactor.Dispatcher) {
		var f awaiting
		for range 200 {
			led(t, d, &f)
		}
		if n := f.called.Load(); n < 200 {
			t.Fatalf("%d handlers called", n)
		}
	})
}

// The host does work at once that another goroutine adds while the dispatcher is
// unattended.
func TestUnattendedWorkIsDone(t *testing.T) {
	withHost(t, func(d *proactor.Dispatcher) {
		var f awaiting
		for range 50 {
			led(t, d, &f)
			done := make(chan struct{})
			op := proactor.Operation{Handler: proactor.HandlerFunc(func(*proactor.Operation) { close(done) })}
			d.Post(&op)
			<-done
		}
	})
}

// A timer that expires while the dispatcher is unattended is dispatched: the grace ends.
func TestGraceEnds(t *testing.T) {
	withHost(t, func(d *proactor.Dispatcher) {
		var f awaiting
		led(t, d, &f)
		done := make(chan struct{})
		op := proactor.Operation{Handler: proactor.HandlerFunc(func(*proactor.Operation) { close(done) })}
		d.StartTimer(&op, time.Microsecond)
		<-done
	})
}

// If another goroutine waits, the host is back as soon as the leader leaves.
func TestLeaderThatIsNotAloneRecallsTheHost(t *testing.T) {
	withHost(t, func(d *proactor.Dispatcher) {
		var f awaiting
		d.AwaitedElsewhere()
		for range 100 {
			led(t, d, &f)
		}
	})
}

// Two goroutines want to lead at the same time: one does, the other is refused or
// waits; both get what they wait for.
func TestLeadersCompete(t *testing.T) {
	withHost(t, func(d *proactor.Dispatcher) {
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				var f awaiting
				for range 50 {
					led(t, d, &f)
				}
			})
		}
		all.Wait()
	})
}

// A handler that a leader calls cannot wait for the dispatcher. If it panics, the host
// dispatches again.
func TestCloseInALeadersHandler(t *testing.T) {
	withHost(t, func(d *proactor.Dispatcher) {
		panics := false
		for attempt := 0; attempt < leadAttempts && !panics; attempt++ {
			panics = leadIntoPanic(t, d)
		}
		if d.InHandler() {
			t.Error("InHandler is true after a lead")
		}
		done := make(chan struct{})
		op := proactor.Operation{Handler: proactor.HandlerFunc(func(*proactor.Operation) { close(done) })}
		d.Post(&op)
		<-done
	})
}

// leadIntoPanic leads until a handler panics, if Lead does not refuse. The panic does
// not reach the host.
func leadIntoPanic(t *testing.T, d *proactor.Dispatcher) (panicked bool) {
	var f awaiting
	var leader atomic.Bool
	called := make(chan struct{})
	op := proactor.Operation{Handler: proactor.HandlerFunc(func(op *proactor.Operation) {
		if !d.InHandler() {
			t.Error("InHandler is false in a handler")
		} else if err := d.Close(); !errors.Is(err, proactor.ErrInHandler) {
			t.Errorf("Close in a handler: %v", err)
		}
		close(called)
		if leader.Load() {
			panic(op)
		}
	})}
	defer func() {
		panicked = recover() != nil
		<-called
	}()
	f.begins = func() {
		if !leader.Swap(true) {
			d.StartTimer(&op, 1)
		}
	}
	if !proactor.Lead(d, &f) {
		d.StartTimer(&op, 1)
	}
	return false
}

// A handler that is called while the dispatcher is unattended cannot take the lead: its
// goroutine has the turn.
func TestLeadInAHandler(t *testing.T) {
	withHost(t, func(d *proactor.Dispatcher) {
		for range 20 {
			var f awaiting
			called := make(chan struct{})
			op := proactor.Operation{Handler: proactor.HandlerFunc(func(*proactor.Operation) {
				if err := d.Await(t.Context(), new(awaiting)); err != proactor.ErrInHandler {
					t.Errorf("Await in a handler: %v", err)
				}
				close(called)
			})}
			f.begins = func() {
				d.StartTimer(&op, 1)
				f.done.Store(true)
			}
			if !proactor.Lead(d, &f) {
				d.StartTimer(&op, 1)
			}
			_, _ = d.Poll() // before the host is back
			<-called
		}
	})
}

// looking is a Waiter that calls a function when it looks at its result.
type looking struct {
	looks func() (done bool)
}

func (l looking) Done() bool { return l.looks() }

func (looking) Block(context.Context) error { panic("blocked") }

// A leader that is about to wait looks again after WakeLeader.
func TestWakeLeaderBeforeItWaits(t *testing.T) {
	withHost(t, func(d *proactor.Dispatcher) {
		looks := 0
		for !proactor.Lead(d, looking{func() bool {
			d.WakeLeader() // the result changes after the look; the first round may not wait anyway
			looks++
			return looks == 3
		}}) {
			runtime.Gosched()
		}
	})
}

// noting calls its function when Wait is about to wait.
type noting struct {
	backend.Backend
	waits atomic.Pointer[func()]
}

func (n *noting) Wait(deadline time.Duration) *backend.Op {
	if deadline != 0 {
		if f := n.waits.Swap(nil); f != nil {
			(*f)()
		}
	}
	return n.Backend.Wait(deadline)
}

// A leader that waits in the backend looks again after WakeLeader.
func TestWakeLeaderWhileItWaits(t *testing.T) {
	d := dispatcher(t, "")
	var n noting
	proactor.WrapBackend(d, func(b backend.Backend) backend.Backend {
		n.Backend = b
		return &n
	})
	var host sync.WaitGroup
	host.Go(func() { _ = d.Run() })
	var waker sync.WaitGroup
	var done atomic.Bool
	wake := func() {
		waker.Go(func() {
			done.Store(true)
			d.WakeLeader()
		})
	}
	for !proactor.Lead(d, looking{func() bool {
		n.waits.Store(&wake)
		return done.Load()
	}}) {
		runtime.Gosched()
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	host.Wait()
	waker.Wait() // the host may have started another one
}

// Close and Stop end a lead.
func TestCloseEndsALead(t *testing.T) {
	d := dispatcher(t, "")
	var host, leader sync.WaitGroup
	host.Go(func() { _ = d.Run() })
	var f awaiting
	led(t, d, &f)
	f.done.Store(false)
	leader.Go(func() { proactor.Lead(d, &f) })
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	leader.Wait()
	host.Wait()
}
