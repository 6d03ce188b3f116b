package proactor

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"sync"
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
	waits      waitQueue
	unregister func()    // ends the registration
	pending    []arrival // in the order of their first arrival; Dispatcher.mu covers it
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
	s := &SignalSet{waits: waitQueue{d: d}}
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
	s.waits.d.begin(op, KindSignal)
	s.waits.d.startWait(op, s)
}

func (s *SignalSet) queue() *waitQueue { return &s.waits }

func (s *SignalSet) takeLocked(op *Operation) bool {
	if len(s.pending) == 0 {
		return false
	}
	first := s.pending[0]
	s.pending = append(s.pending[:0], s.pending[1:]...)
	op.settings.Load().signal, op.op.N = first.signal, first.times
	return true
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
	d := s.waits.d
	d.mu.Lock()
	if s.waits.closed == nil {
		s.keepLocked(sig)
		if op := s.waits.nextLocked(); op != nil {
			s.takeLocked(op)
			d.completeLocked(op, nil)
		}
	}
	d.mu.Unlock()
	d.wake()
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
	d := s.waits.d
	if d.journal != nil && d.journal.Ask(nil, "cancel waits for signals", s.Cancel) {
		return
	}
	d.mu.Lock()
	s.waits.endAllLocked(ErrCanceled)
	d.mu.Unlock()
	d.wake()
}

// Close ends the registration. When the last set for a signal is closed, the signal
// has its default effect again. Waits complete with ErrHandleClosed. A second Close
// has no effect.
func (s *SignalSet) Close() error {
	end := func() { s.close(ErrHandleClosed) }
	if d := s.waits.d; d.journal == nil || !d.journal.Ask(nil, "close a set of signals", end) {
		end()
	}
	return nil
}

// close is Close with a reason.
func (s *SignalSet) close(reason error) {
	d := s.waits.d
	d.mu.Lock()
	if s.waits.closed == nil {
		s.waits.closed, s.pending = reason, nil
		s.waits.endAllLocked(reason)
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
