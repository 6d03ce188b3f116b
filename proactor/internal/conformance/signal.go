package conformance

import (
	"errors"
	"os"
	"syscall"

	"github.com/actum-go/actum/proactor"
)

// Two signals that every system has.
const (
	signalA = syscall.SIGHUP
	signalB = syscall.SIGTERM
)

// signals makes a set.
func (r *fixture) signals(list ...os.Signal) *proactor.SignalSet {
	r.t.Helper()
	s, err := r.d.Signals(list...)
	if err != nil {
		r.t.Fatal(err)
	}
	return s
}

// send raises a signal.
func (r *fixture) send(s os.Signal) {
	r.t.Helper()
	if err := r.raise(s); err != nil {
		r.t.Fatal(err)
	}
}

func testSignal(r *fixture) {
	set := r.signals(signalA, signalB)
	c := r.call(nil)
	for _, s := range []os.Signal{signalA, signalB, signalA} {
		set.Wait(c.start())
		r.send(s)
		if r.ok(c); c.op.Signal() != s || c.n != 1 {
			r.t.Errorf("raised %v, got %v, %d times", s, c.op.Signal(), c.n)
		}
	}
	for _, bad := range [][]os.Signal{nil, {nil}, {signalA, os.Kill}} {
		if s, err := r.d.Signals(bad...); err == nil {
			s.Close()
			r.t.Errorf("a set of %v was made", bad)
		}
	}
}

// testSignalBetweenWaits: a signal that arrives while no Wait is outstanding is
// reported by the next one, each signal once.
func testSignalBetweenWaits(r *fixture) {
	set, witness := r.signals(signalA, signalB, signalA), r.signals(signalA, signalB)
	c, seen := r.call(nil), r.call(nil)
	raised := map[os.Signal]int{}
	for _, s := range []os.Signal{signalA, signalB, signalA} {
		witness.Wait(seen.start())
		r.send(s)
		r.ok(seen)
		raised[s]++
	}
	got := map[os.Signal]int{}
	for len(got) < len(raised) || got[signalA] < raised[signalA] {
		set.Wait(c.start())
		r.ok(c)
		got[c.op.Signal()] += c.n
	}
	if got[signalA] != 2 || got[signalB] != 1 {
		r.t.Errorf("raised %v, got %v", raised, got)
	}
	set.Wait(c.start())
	r.d.Cancel(&c.op)
	r.canceled(c)
	if c.op.Signal() != nil {
		r.t.Errorf("a cancelled wait has %v", c.op.Signal())
	}
}

// testSeveralSignalSets: each set gets the signal, and each Wait of one set gets a
// different arrival.
func testSeveralSignalSets(r *fixture) {
	one, other := r.signals(signalA), r.signals(signalA, signalB)
	first, second, third := r.call(nil), r.call(nil), r.call(nil)
	one.Wait(first.start())
	other.Wait(second.start())
	other.Wait(third.start())
	r.send(signalA)
	r.ok(first)
	r.ok(second)
	if third.done != 0 {
		r.t.Error("one signal completed two waits of one set")
	}
	one.Close()
	r.send(signalB)
	if r.ok(third); third.op.Signal() != signalB {
		r.t.Errorf("got %v", third.op.Signal())
	}
}

func testCancelSignal(r *fixture) {
	set := r.signals(signalA)
	var group proactor.CancelGroup
	for name, cancel := range map[string]func(op *proactor.Operation){
		"Cancel":             r.d.Cancel,
		"SignalSet.Cancel":   func(*proactor.Operation) { set.Cancel() },
		"CancelAll":          func(*proactor.Operation) { r.d.CancelAll() },
		"CancelGroup.Cancel": func(*proactor.Operation) { group.Cancel() },
	} {
		c := r.call(nil)
		c.op.SetCancelGroup(&group)
		set.Wait(c.start())
		cancel(&c.op)
		if r.wait(c); c.err != proactor.ErrCanceled {
			r.t.Errorf("%s: %v", name, c.err)
		}
	}
	c := r.call(nil)
	c.op.SetTimeout(short)
	set.Wait(c.start())
	r.timedOut(c)
	c.op.SetTimeout(0)
	set.Wait(c.start()) // the set still works
	r.send(signalA)
	r.ok(c)
}

// testCloseSignals closes a set, then the dispatcher with an open set.
func testCloseSignals(r *fixture) {
	set := r.signals(signalA)
	c := r.call(nil)
	set.Wait(c.start())
	set.Close()
	set.Close()
	r.failed(c, proactor.ErrHandleClosed)
	set.Wait(c.start())
	r.failed(c, proactor.ErrHandleClosed)

	set = r.signals(signalB)
	set.Wait(c.start())
	if err := r.d.Close(); err != nil {
		r.t.Fatal(err)
	}
	if c.done != 3 || c.err != proactor.ErrClosed {
		r.t.Errorf("after Close: %d calls, %v", c.done, c.err)
	}
	if _, err := r.d.Signals(signalA); !errors.Is(err, proactor.ErrClosed) {
		r.t.Errorf("a set of a closed dispatcher: %v", err)
	}
	set.Close()
}
