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
