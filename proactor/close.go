package proactor

import (
	"fmt"

	"github.com/actum-go/actum/internal/logqueue"
	"github.com/actum-go/actum/proactor/internal/backend"
)

// Close: no operation starts any more, the backend closes its handles, and what was
// outstanding is dispatched until nothing is left. Operations that are started after
// that are completed one by one (completeAfterClose).

// Close ends d: Run returns ErrClosed, every handle is closed, and every outstanding
// operation completes with an error that unwraps to net.ErrClosed; its handler is
// called before Close returns. An operation that is started later completes the same
// way, on a goroutine of its own: a handler that gets ErrClosed should not start
// anything again.
//
// Close waits for the handler that is running. If a handler of d calls Close, or
// Diagnostics.Report does, Close fails with [ErrInHandler] and closes nothing; it
// also logs that. A handler that wants d to end calls Stop, and the goroutine that
// called Run closes d.
func (d *Dispatcher) Close() error {
	if d.InHandler() {
		return d.refuseClose()
	}
	defer logqueue.Flush(d.logger)
	if d.journal == nil || !d.journal.Ask(nil, backend.ClosingRequest, d.markClosed) {
		d.markClosed()
	} else {
		d.journal.AwaitEnd(d.closed.Load)
	}
	d.takeTurn()
	defer d.releaseTurn()
	d.markClosed()
	if d.ended {
		return nil
	}
	d.ended = true
	var err error
	d.checks.closing()
	d.onThread(func() {
		err = d.backend.Close()
		d.closeExternal()
		d.drain()
		for d.awaitExternal() {
			d.drain()
		}
	})
	d.thread.exit()
	d.checks.closed()
	d.unregister()
	return err
}

// refuseClose is the result of a Close that a handler has called. It logs the error
// as well, because such a caller may ignore it.
func (d *Dispatcher) refuseClose() error {
	err := fmt.Errorf("proactor: closing a dispatcher: %w (a handler calls Stop, and the goroutine that called Run closes)", ErrInHandler)
	if d.logger != nil {
		d.logger.Error("proactor: the dispatcher is not closed", "error", err)
	}
	return err
}

// markClosed keeps everything from starting.
func (d *Dispatcher) markClosed() {
	d.mu.Lock()
	d.closed.Store(true)
	d.mu.Unlock()
	if d.journal != nil {
		d.journal.End()
	}
	d.interrupt()
}

// drain completes everything that is outstanding, and what the handlers start
// meanwhile, until nothing is left. d is closed and the turn is taken.
func (d *Dispatcher) drain() {
	for d.collectForClose() {
		d.stopping.Store(false) // after Close, Stop has no effect
		d.dispatchRunnable()
		d.dispatchCompleted()
	}
}

// collectForClose moves everything to the lists from which it is dispatched, and
// reports whether there is anything. Posts and timers get an error; other operations
// have their result.
func (d *Dispatcher) collectForClose() bool {
	d.record.Round()
	if d.journal != nil {
		d.journal.Enter()
	}
	d.mu.Lock()
	d.runnable.Append(&d.posted)
	for _, op := range d.timers.runningTimers() {
		d.timers.remove(op)
		d.runnable.Push(&op.op)
	}
	d.mu.Unlock()
	for op := d.runQueue.next(); op != nil; op = d.runQueue.next() {
		d.runnable.Push(op)
	}
	for op := d.runnable.Head(); op != nil; op = op.Next {
		if k := Kind(op.Kind); op.Err == nil && (k == KindTimer || k == KindPost) {
			op.Err = ErrClosed
		}
	}
	if d.completed == nil {
		d.completed = d.wait(0)
	}
	return !d.runnable.Empty() || d.completed != nil
}

// completeAfterClose completes an operation that was started after Close. It uses
// another goroutine, because the initiator may hold a lock that the handler needs.
func (d *Dispatcher) completeAfterClose() { go d.drainAfterClose() }

// drainAfterClose completes what Close has not found. If this goroutine gets the
// turn before Close does, it leaves everything to Close: the backend is still open,
// and with WaitLocked only the locked thread may call its Wait.
func (d *Dispatcher) drainAfterClose() {
	d.takeTurn()
	defer d.releaseTurn()
	if d.ended {
		d.drain()
	}
}
