package proactor

import (
	"github.com/actum-go/actum/internal/logqueue"
	"github.com/actum-go/actum/proactor/internal/backend/replay"
)

// Close ends d: Run returns ErrClosed, every handle is closed, and everything
// outstanding completes with an error that unwraps to net.ErrClosed: its handler
// is called before Close returns. An operation started later completes the same
// way, on a goroutine of its own; a handler that is told ErrClosed should not
// start anything again.
//
// Close waits for the handler that is being called. Called by a handler of d
// itself, or by its Checks.Report, it fails with [ErrInHandler] and does nothing
// but tell the logger: a handler that wants the end calls Stop, and whoever called
// Run closes.
func (d *Dispatcher) Close() error {
	if d.calledBack() {
		return d.refuseClose()
	}
	defer logqueue.Flush(d.logger)
	if d.journal == nil || !d.journal.Ask(nil, replay.Closing, d.shut) {
		d.shut()
	} else {
		d.journal.AwaitEnd(d.closed.Load)
	}
	d.takeTurn()
	defer d.giveTurn()
	d.shut()
	if d.ended {
		return nil
	}
	d.ended = true
	var err error
	d.checks.closing()
	d.atHome(func() {
		err = d.backend.Close()
		d.closeHeld()
		d.drain()
		for d.awaitHeld() {
			d.drain()
		}
	})
	d.home.leave()
	d.checks.closed()
	d.delist()
	return err
}

// shut keeps everything from beginning.
func (d *Dispatcher) shut() {
	d.mu.Lock()
	d.closed.Store(true)
	d.mu.Unlock()
	if d.journal != nil {
		d.journal.End()
	}
	d.interrupt()
}

// drain completes everything that is outstanding, and what its handlers start,
// until nothing is left. d is closed and the turn is taken.
func (d *Dispatcher) drain() {
	for d.gatherClosed() {
		d.stopping.Store(false) // Stop has no say any more
		d.dispatchDue()
		d.dispatchDone()
	}
}

// gatherClosed moves everything to where it is dispatched from, and reports
// whether that is anything. Posts and timers get an error; what the backend
// hands back has its result.
func (d *Dispatcher) gatherClosed() bool {
	d.record.Round()
	if d.journal != nil {
		d.journal.Enter()
	}
	d.mu.Lock()
	d.due.Append(&d.posted)
	for _, op := range d.timers.runningTimers() {
		d.timers.remove(op)
		d.due.Push(&op.op)
	}
	d.mu.Unlock()
	for op := d.ready.next(); op != nil; op = d.ready.next() {
		d.due.Push(op)
	}
	for op := d.due.Head(); op != nil; op = op.Next {
		if k := Kind(op.Kind); op.Err == nil && k >= KindTimer && k != KindUser {
			op.Err = ErrClosed
		}
	}
	if d.done == nil {
		d.done = d.wait(0)
	}
	return !d.due.Empty() || d.done != nil
}

// completeLate completes what was started after Close. It must not be done by
// the initiator, who may hold a lock that the handler wants.
func (d *Dispatcher) completeLate() { go d.drainLate() }

// drainLate completes what Close has not found. Who gets the turn before Close has
// had it leaves everything to Close: the backend is open, and may be waited for by
// its own thread alone.
func (d *Dispatcher) drainLate() {
	d.takeTurn()
	defer d.giveTurn()
	if d.ended {
		d.drain()
	}
}

// start starts op, which has begun and which a backend carries out.
func (d *Dispatcher) start(op *Operation) {
	if d.record != nil && op.slot == nil {
		d.recordStart(op)
	}
	if d.journal != nil && d.ask(op, func() { d.carryOut(op) }) {
		return
	}
	d.carryOut(op)
}

// carryOut is what follows the start of op's record.
func (d *Dispatcher) carryOut(op *Operation) {
	if c := op.control.Load(); c != nil {
		d.startControlled(c)
		return
	}
	d.launch(op)
}

// launch gives op to the backend. If Close comes in between, either it finds op
// there, or what follows does.
func (d *Dispatcher) launch(op *Operation) {
	if d.closed.Load() {
		d.mu.Lock()
		d.hand(&op.op, ErrClosed)
		return
	}
	d.backend.Start(&op.op)
	if d.parked.Load() {
		d.recallIfUnattended() // a sleeping host the backend has woken itself
	}
	if d.closed.Load() {
		d.completeLate()
	}
}
