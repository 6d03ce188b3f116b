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

// Signals of the operating system as completions: a set is registered for signals,
// and its Wait is an operation that completes with the next one.

// SignalSet turns signals of the operating system into completions. It is registered
// for them from Signals to Close, so that none is lost between two Waits: a signal
// that arrives in between is kept, once, with the number of times that it has
// arrived. Several sets may be registered for the same signal: each of them gets it.
// All methods may be called from any goroutine.
//
// Under sim no signal of the system arrives: sim.Network.Raise delivers simulated
// ones.
type SignalSet struct {
	d          *Dispatcher
	unregister func() // ends the registration

	// d.mu covers the rest.
	waiting backend.Queue
	pending []arrival // in the order of their first arrival
	closed  error     // why the set is closed; nil: it is open
}

// arrival is a signal that arrived while no Wait was outstanding.
type arrival struct {
	signal os.Signal
	times  int
}

// signalSource is a backend with signals of its own.
type signalSource interface {
	Notify(deliver func(os.Signal), signals []os.Signal) (stop func())
}

// Signals registers for signals. Until the set is closed they do not end the
// program, nor have their other default effect. The caller must close the set;
// closing the dispatcher closes it, too.
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

var errNoSignals = errors.New("proactor: a set of signals needs at least one signal")

// distinct is list without repetitions.
func distinct(list []os.Signal) (set []os.Signal) {
	for _, s := range list {
		if !slices.Contains(set, s) {
			set = append(set, s)
		}
	}
	return set
}

// Wait completes op, with a nil error, when one of the signals arrives, or at once
// if one has arrived since the last Wait. op.Signal is the signal, op.N the number
// of times that it has arrived. Several waits complete in the order in which they
// were started, each with another arrival.
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

// Signal is the signal with which SignalSet.Wait has completed; nil if none has
// arrived.
func (o *Operation) Signal() os.Signal {
	if c := o.settings.Load(); c != nil {
		return c.signal
	}
	return nil
}

// deliver is called for each signal that arrives, on a goroutine that does only
// this.
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

// completeWaitLocked completes op with a.
func (s *SignalSet) completeWaitLocked(op *Operation, a arrival) {
	op.settings.Load().signal = a.signal
	op.op.N = a.times
	s.d.completeLocked(op, nil)
}

// keepLocked keeps a signal for the next Wait.
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

// completeAllLocked completes all waits with err.
func (s *SignalSet) completeAllLocked(err error) {
	for op := s.waiting.Pop(); op != nil; op = s.waiting.Pop() {
		s.d.completeLocked(op.Owner.(*Operation), err)
	}
}

// Close ends the registration. When the last set for a signal is closed, the signal
// has its default effect again. Waits complete with ErrHandleClosed. A second Close
// has no effect.
func (s *SignalSet) Close() error {
	end := func() { s.close(ErrHandleClosed) }
	if s.d.journal == nil || !s.d.journal.Ask(nil, "close a set of signals", end) {
		end()
	}
	return nil
}

// close is Close with a reason.
func (s *SignalSet) close(reason error) {
	d := s.d
	d.mu.Lock()
	if s.closed == nil {
		s.closed, s.pending = reason, nil
		s.completeAllLocked(reason)
		d.signalSets = slices.DeleteFunc(d.signalSets, func(o *SignalSet) bool { return o == s })
	}
	d.mu.Unlock()
	s.unregister() // a second call has no effect
	d.wake()
}

// signalBuffer is the number of arrivals of one signal that are counted while the
// goroutine that takes them does not run. Further ones are not counted, like those
// that the system merges before it delivers them.
const signalBuffer = 16

// notifySystem registers with the operating system. Each signal has a channel of its
// own, so that a flood of one does not displace another.
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
