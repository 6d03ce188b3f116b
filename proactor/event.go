package proactor

import "github.com/actum-go/actum/proactor/internal/backend"

// Event objects as a source of completions. The paper's event sources are I/O handles,
// timers and synchronization objects.

// Event is an event object: any goroutine signals it, and operations wait for it. Each
// signal completes one wait, the one that was started first. Signals that no operation
// waits for are counted, and the next wait gets all of them. An Event belongs to one
// dispatcher, and needs no Close. All methods may be called from any goroutine.
//
// A signal costs a lock, and a wake-up if the dispatcher is parked. An event that another
// process signals is an eventfd or a pipe: give it to [Dispatcher.Adopt] and read from it.
type Event struct {
	d *Dispatcher

	// d.mu covers the rest.
	waiting backend.Queue
	signals int // that no operation has waited for
}

// NewEvent makes an event object whose waits complete on d.
func (d *Dispatcher) NewEvent() *Event { return &Event{d: d} }

// Wait completes op, with a nil error, when e is signalled, or at once if it was
// signalled since the last wait. op.N is the number of signals.
func (e *Event) Wait(op *Operation) {
	op.ensureSettings()
	e.d.begin(op, KindEvent)
	if e.d.journal != nil && e.d.ask(op, func() { e.wait(op) }) {
		return
	}
	e.wait(op)
}

// wait starts op, which has begun.
func (e *Event) wait(op *Operation) {
	d, c := e.d, op.settings.Load()
	ended := d.arm(c)
	d.mu.Lock()
	c.event = e
	if ended == nil {
		ended = c.reason
	}
	if ended == nil && d.closed.Load() {
		ended = ErrClosed
	}
	switch {
	case ended != nil || e.signals > 0:
		if ended == nil {
			op.op.N, e.signals = e.signals, 0
		}
		d.completeAndUnlock(&op.op, ended)
	default:
		e.waiting.Push(&op.op)
		d.external.add(c, inDispatcher)
		d.mu.Unlock()
	}
}

// Signal completes the wait that was started first, or is counted for the next one.
// After Close of the dispatcher it has no effect.
func (e *Event) Signal() {
	d := e.d
	if d.journal != nil && d.journal.Ask(nil, "signal an event", e.Signal) {
		return
	}
	d.mu.Lock()
	op := e.waiting.Pop()
	if op == nil {
		e.signals++
		d.mu.Unlock()
		return
	}
	o := op.Owner.(*Operation)
	d.external.remove(o.settings.Load(), inDispatcher)
	op.N = 1
	d.completeLocked(o, nil)
	d.mu.Unlock()
	d.wake()
}

// endLocked completes the wait of c with err, unless it has completed already.
func (e *Event) endLocked(c *settings, err error) {
	if e.waiting.Remove(&c.op.op) {
		e.d.external.remove(c, inDispatcher)
		e.d.completeLocked(c.op, err)
	}
}
