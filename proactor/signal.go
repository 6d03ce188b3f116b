package proactor

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"sync"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// SignalSet turns signals of the operating system into completions. It is
// registered for them from Signals to Close, so that none is lost between one
// Wait and the next: what arrives meanwhile is kept, a signal that arrives several
// times once, with a count. Several sets may be for the same signal: each of them
// gets it. All methods may be called from any goroutine.
//
// Under sim nothing of the system's arrives: SimNetwork.Raise delivers.
type SignalSet struct {
	d          *Dispatcher
	unregister func() // ends the registration

	// d.mu covers the rest.
	waiting backend.Queue
	pending []arrival // in the order of their first arrival
	closed  error     // why it is
}

var errNoSignals = errors.New("proactor: a set of signals needs at least one signal")

// arrival is a signal that nobody waited for.
type arrival struct {
	signal os.Signal
	times  int
}

// signalSource is a backend that has signals of its own.
type signalSource interface {
	Notify(deliver func(os.Signal), signals []os.Signal) (stop func())
}

// signalBuffer is how many arrivals of one signal are counted while the goroutine
// that takes them does not run. More of them count as one less, as those do that
// the system itself has not delivered yet.
const signalBuffer = 16

// Signals registers for signals: the program is not ended by them any more, nor
// whatever they do by default, until the set is closed. It must be closed; closing
// the dispatcher does it, too.
func (d *Dispatcher) Signals(signals ...os.Signal) (*SignalSet, error) {
	if len(signals) == 0 {
		return nil, errNoSignals
	}
	for _, s := range signals {
		if s == nil || s == os.Kill {
			return nil, fmt.Errorf("proactor: the signal %v cannot be waited for", s)
		}
	}
	s := &SignalSet{d: d}
	notify := notifySystem
	if source, ok := d.backend.(signalSource); ok {
		notify = source.Notify
	}
	s.unregister = notify(s.deliver, distinct(signals))
	d.mu.Lock()
	closed := d.closed.Load()
	if !closed {
		d.signalSets = append(d.signalSets, s)
	}
	d.mu.Unlock()
	if closed {
		s.unregister()
		return nil, closedError("wait for signals")
	}
	return s, nil
}

// distinct is list without repetitions.
func distinct(list []os.Signal) (set []os.Signal) {
	for _, s := range list {
		if !slices.Contains(set, s) {
			set = append(set, s)
		}
	}
	return set
}

// Wait completes op, with a nil error, when one of the signals arrives, at once
// if one has since the last Wait: op.Signal says which, op.N how many times.
// Several waits complete in the order in which they were started, each with
// another arrival.
func (s *SignalSet) Wait(op *Operation) {
	op.ensureSettings()
	s.d.begin(op, KindSignal)
	if s.d.journal != nil && s.d.ask(op, func() { s.wait(op) }) {
		return
	}
	s.wait(op)
}

// wait starts op, which has begun.
func (s *SignalSet) wait(op *Operation) {
	d, c := s.d, op.settings.Load()
	ended := d.arm(c)
	d.mu.Lock()
	c.set, c.signal = s, nil
	switch {
	case ended == nil && c.reason != nil:
		ended = c.reason
	case ended == nil:
		ended = s.closed
	}
	switch {
	case ended != nil:
		d.completeAndUnlock(&op.op, ended)
	case len(s.pending) > 0:
		first := s.pending[0]
		s.pending = append(s.pending[:0], s.pending[1:]...)
		s.completeWaitLocked(op, first)
		d.mu.Unlock()
		d.wake()
	default:
		s.waiting.Push(&op.op)
		d.mu.Unlock()
	}
}

// Signal is what has arrived, the result of SignalSet.Wait; nil if nothing has.
func (o *Operation) Signal() os.Signal {
	if c := o.settings.Load(); c != nil {
		return c.signal
	}
	return nil
}

// deliver is called for each signal that arrives, on a goroutine of its own.
func (s *SignalSet) deliver(sig os.Signal) {
	d := s.d
	d.mu.Lock()
	if s.closed == nil {
		if op := s.waiting.Pop(); op != nil {
			s.completeWaitLocked(op.Owner.(*Operation), arrival{sig, 1})
		} else {
			s.keepLocked(sig)
		}
	}
	d.mu.Unlock()
	d.wake()
}

// arrived completes op. mu is held.
func (s *SignalSet) completeWaitLocked(op *Operation, a arrival) {
	op.settings.Load().signal = a.signal
	op.op.N = a.times
	s.d.completeLocked(op, nil)
}

// keep remembers a signal for the next Wait. mu is held.
func (s *SignalSet) keepLocked(sig os.Signal) {
	for i := range s.pending {
		if s.pending[i].signal == sig {
			s.pending[i].times++
			return
		}
	}
	s.pending = append(s.pending, arrival{sig, 1})
}

// Cancel completes all waits with ErrCanceled. The set stays registered.
func (s *SignalSet) Cancel() {
	if s.d.journal != nil && s.d.journal.Ask(nil, "cancel waits for signals", s.Cancel) {
		return
	}
	s.d.mu.Lock()
	s.completeAllLocked(ErrCanceled)
	s.d.mu.Unlock()
	s.d.wake()
}

// completeAll completes all waits with err. mu is held.
func (s *SignalSet) completeAllLocked(err error) {
	for op := s.waiting.Pop(); op != nil; op = s.waiting.Pop() {
		s.d.completeLocked(op.Owner.(*Operation), err)
	}
}

// Close ends the registration: with the last set for a signal that does again
// what it does by default. Waits complete with ErrHandleClosed. A second Close
// does nothing.
func (s *SignalSet) Close() error {
	end := func() { s.close(ErrHandleClosed) }
	if s.d.journal == nil || !s.d.journal.Ask(nil, "close a set of signals", end) {
		end()
	}
	return nil
}

// close is Close with a reason.
func (s *SignalSet) close(why error) {
	d := s.d
	d.mu.Lock()
	if s.closed == nil {
		s.closed, s.pending = why, nil
		s.completeAllLocked(why)
		d.signalSets = slices.DeleteFunc(d.signalSets, func(o *SignalSet) bool { return o == s })
	}
	d.mu.Unlock()
	s.unregister() // once, or again: it knows
	d.wake()
}

// notifySystem registers with the operating system. Each signal has a channel of
// its own, so that a flood of one cannot push another one out.
func notifySystem(deliver func(os.Signal), signals []os.Signal) (stop func()) {
	var channels []chan os.Signal
	for _, s := range signals {
		c := make(chan os.Signal, signalBuffer)
		channels = append(channels, c)
		signal.Notify(c, s)
		go func() {
			for s := range c {
				deliver(s)
			}
		}()
	}
	return sync.OnceFunc(func() {
		for _, c := range channels {
			signal.Stop(c) // nothing is sent to it afterwards
			close(c)
		}
	})
}
