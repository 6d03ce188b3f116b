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

// Event sources. The paper's are I/O handles, timers and synchronization objects. In this
// order: event objects, the queue of the operations that wait for an event source, and
// sets of signals.

// Event is an event object: any goroutine signals it, and operations wait for it. Each
// signal completes one wait, the one that was started first. Signals that no operation
// waits for are counted, and the next wait gets all of them. An Event belongs to one
// dispatcher, and needs no Close. All methods may be called from any goroutine.
//
// A signal costs a lock, and a wake-up if the dispatcher is parked. An event that another
// process signals is an eventfd or a pipe: give it to [Dispatcher.Adopt] and read from it.
type Event struct {
	waits   waitQueue
	signals int // that no operation has waited for; Dispatcher.mu covers it
}

// NewEvent makes an event object whose waits complete on d.
func (d *Dispatcher) NewEvent() *Event { return &Event{waits: waitQueue{d: d}} }

// Wait completes op, with a nil error, when e is signalled, or at once if it was
// signalled since the last wait. op.N is the number of signals.
func (e *Event) Wait(op *Operation) {
	e.waits.d.begin(op, KindEvent)
	e.waits.d.startWait(op, e)
}

// Signal completes the wait that was started first, or is counted for the next one.
// After Close of the dispatcher it has no effect.
func (e *Event) Signal() {
	d := e.waits.d
	if d.journal != nil && d.journal.Ask(nil, "signal an event", e.Signal) {
		return
	}
	d.mu.Lock()
	e.signals++
	op := e.waits.nextLocked()
	if op == nil {
		d.mu.Unlock()
		return
	}
	e.takeLocked(op)
	d.completeLocked(op, nil)
	d.mu.Unlock()
	d.wake()
}

func (e *Event) queue() *waitQueue { return &e.waits }

func (e *Event) takeLocked(op *Operation) bool {
	op.op.N, e.signals = e.signals, 0
	return op.op.N > 0
}

// eventSource is what operations wait for: an Event or a SignalSet.
type eventSource interface {
	queue() *waitQueue
	// takeLocked gives op what has arrived before it. It returns false if nothing has.
	takeLocked(op *Operation) bool
}

// waitQueue has the operations that wait for an event source, in the order in which they
// were started. d.mu covers it.
type waitQueue struct {
	d       *Dispatcher
	waiting backend.Queue
	closed  error // with which waits complete at once; nil: they wait
}

// startWait starts op, which has begun.
func (d *Dispatcher) startWait(op *Operation, s eventSource) {
	op.ensureSettings()
	if d.journal != nil && d.ask(op, func() { d.waitFor(op, s) }) {
		return
	}
	d.waitFor(op, s)
}

// waitFor completes op with what has arrived, or adds it to the queue.
func (d *Dispatcher) waitFor(op *Operation, s eventSource) {
	c, q := op.settings.Load(), s.queue()
	ended := d.armAndLock(c)
	if ended == nil {
		ended = q.closed
	}
	if ended != nil || s.takeLocked(op) {
		d.completeAndUnlock(&op.op, ended)
		return
	}
	c.waits = q
	q.waiting.Push(&op.op)
	d.external.add(c, inDispatcher)
	d.mu.Unlock()
}

// nextLocked takes the operation that was started first out of q; nil if none waits.
func (q *waitQueue) nextLocked() *Operation {
	if op := q.waiting.Pop(); op != nil {
		return op.Owner.(*Operation)
	}
	return nil
}

// endAllLocked completes all waits with err.
func (q *waitQueue) endAllLocked(err error) {
	for op := q.nextLocked(); op != nil; op = q.nextLocked() {
		q.d.completeLocked(op, err)
	}
}

// endLocked completes the wait of c with err, unless it has completed already. A nil q is
// that of an operation that does not wait yet.
func (q *waitQueue) endLocked(c *settings, err error) {
	if q != nil && q.waiting.Remove(&c.op.op) {
		q.d.completeLocked(c.op, err)
	}
}

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
