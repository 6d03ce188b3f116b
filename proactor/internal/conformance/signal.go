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
func (f *fixture) signals(list ...os.Signal) *proactor.SignalSet {
	f.t.Helper()
	s, err := f.d.Signals(list...)
	if err != nil {
		f.t.Fatal(err)
	}
	return s
}

// send raises a signal.
func (f *fixture) send(s os.Signal) {
	f.t.Helper()
	if err := f.raise(s); err != nil {
		f.t.Fatal(err)
	}
}

func testSignal(f *fixture) {
	set := f.signals(signalA, signalB)
	c := f.call(nil)
	for _, s := range []os.Signal{signalA, signalB, signalA} {
		set.Wait(c.start())
		f.send(s)
		if f.ok(c); c.op.Signal() != s || c.n != 1 {
			f.t.Errorf("raised %v, got %v, %d times", s, c.op.Signal(), c.n)
		}
	}
	for _, bad := range [][]os.Signal{nil, {nil}, {signalA, os.Kill}} {
		if s, err := f.d.Signals(bad...); err == nil {
			s.Close()
			f.t.Errorf("a set of %v was made", bad)
		}
	}
}

// testSignalBetweenWaits: a signal that arrives while no Wait is outstanding is
// reported by the next one, each signal once.
func testSignalBetweenWaits(f *fixture) {
	set, witness := f.signals(signalA, signalB, signalA), f.signals(signalA, signalB)
	c, seen := f.call(nil), f.call(nil)
	raised := map[os.Signal]int{}
	for _, s := range []os.Signal{signalA, signalB, signalA} {
		witness.Wait(seen.start())
		f.send(s)
		f.ok(seen)
		raised[s]++
	}
	got := map[os.Signal]int{}
	for len(got) < len(raised) || got[signalA] < raised[signalA] {
		set.Wait(c.start())
		f.ok(c)
		got[c.op.Signal()] += c.n
	}
	if got[signalA] != 2 || got[signalB] != 1 {
		f.t.Errorf("raised %v, got %v", raised, got)
	}
	set.Wait(c.start())
	f.d.Cancel(&c.op)
	f.canceled(c)
	if c.op.Signal() != nil {
		f.t.Errorf("a cancelled wait has %v", c.op.Signal())
	}
}

// testSeveralSignalSets: each set gets the signal, and each Wait of one set gets a
// different arrival.
func testSeveralSignalSets(f *fixture) {
	one, other := f.signals(signalA), f.signals(signalA, signalB)
	first, second, third := f.call(nil), f.call(nil), f.call(nil)
	one.Wait(first.start())
	other.Wait(second.start())
	other.Wait(third.start())
	f.send(signalA)
	f.ok(first)
	f.ok(second)
	if third.done != 0 {
		f.t.Error("one signal completed two waits of one set")
	}
	one.Close()
	f.send(signalB)
	if f.ok(third); third.op.Signal() != signalB {
		f.t.Errorf("got %v", third.op.Signal())
	}
}

func testCancelSignal(f *fixture) {
	set := f.signals(signalA)
	var group proactor.CancelGroup
	for name, cancel := range map[string]func(op *proactor.Operation){
		"Cancel":             f.d.Cancel,
		"SignalSet.Cancel":   func(*proactor.Operation) { set.Cancel() },
		"CancelAll":          func(*proactor.Operation) { f.d.CancelAll() },
		"CancelGroup.Cancel": func(*proactor.Operation) { group.Cancel() },
	} {
		c := f.call(nil)
		c.op.SetCancelGroup(&group)
		set.Wait(c.start())
		cancel(&c.op)
		if f.wait(c); c.err != proactor.ErrCanceled {
			f.t.Errorf("%s: %v", name, c.err)
		}
	}
	c := f.call(nil)
	c.op.SetTimeout(short)
	set.Wait(c.start())
	f.timedOut(c)
	c.op.SetTimeout(0)
	set.Wait(c.start()) // the set still works
	f.send(signalA)
	f.ok(c)
}

// testCloseSignals closes a set, then the dispatcher with an open set.
func testCloseSignals(f *fixture) {
	set := f.signals(signalA)
	c := f.call(nil)
	set.Wait(c.start())
	set.Close()
	set.Close()
	f.failed(c, proactor.ErrHandleClosed)
	set.Wait(c.start())
	f.failed(c, proactor.ErrHandleClosed)

	set = f.signals(signalB)
	set.Wait(c.start())
	if err := f.d.Close(); err != nil {
		f.t.Fatal(err)
	}
	if c.done != 3 || c.err != proactor.ErrClosed {
		f.t.Errorf("after Close: %d calls, %v", c.done, c.err)
	}
	if _, err := f.d.Signals(signalA); !errors.Is(err, proactor.ErrClosed) {
		f.t.Errorf("a set of a closed dispatcher: %v", err)
	}
	set.Close()
}
