package proactor

import (
	"fmt"

	"github.com/actum-go/actum/internal/logqueue"
	"github.com/actum-go/actum/proactor/internal/backend/replay"
	"github.com/actum-go/actum/proactor/internal/record"
)

// Close ends d: Run returns ErrClosed, every handle is closed, and everything
// outstanding completes with an error that unwraps to net.ErrClosed: its handler
// is called before Close returns. An operation started later completes the same
// way, on a goroutine of its own; a handler that is told ErrClosed should not
// start anything again.
//
// Close waits for the handler that is being called. Called by a handler of d
// itself, or by its Diagnostics.Report, it fails with [ErrInHandler] and does nothing
// but tell the logger: a handler that wants the end calls Stop, and whoever called
// Run closes.
func (d *Dispatcher) Close() error {
	if d.inCallback() {
		return d.refuseClose()
	}
	defer logqueue.Flush(d.logger)
	if d.journal == nil || !d.journal.Ask(nil, replay.Closing, d.markClosed) {
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

// shut keeps everything from beginning.
func (d *Dispatcher) markClosed() {
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
	for d.collectForClose() {
		d.stopping.Store(false) // Stop has no say any more
		d.dispatchRunnable()
		d.dispatchCompleted()
	}
}

// collectForClose moves everything to where it is dispatched from, and reports
// whether that is anything. Posts and timers get an error; what the backend
// hands back has its result.
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
		if k := Kind(op.Kind); op.Err == nil && k >= KindTimer && k != KindExternal {
			op.Err = ErrClosed
		}
	}
	if d.completed == nil {
		d.completed = d.wait(0)
	}
	return !d.runnable.Empty() || d.completed != nil
}

// completeAfterClose completes what was started after Close. It must not be done by
// the initiator, who may hold a lock that the handler wants.
func (d *Dispatcher) completeAfterClose() { go d.drainAfterClose() }

// drainAfterClose completes what Close has not found. Who gets the turn before Close has
// had it leaves everything to Close: the backend is open, and may be waited for by
// its own thread alone.
func (d *Dispatcher) drainAfterClose() {
	d.takeTurn()
	defer d.releaseTurn()
	if d.ended {
		d.drain()
	}
}

// start starts op, which has begun and which a backend carries out.
func (d *Dispatcher) start(op *Operation) {
	if d.record != nil && op.slot == nil {
		d.recordStart(op)
	}
	if d.journal != nil && d.ask(op, func() { d.startRecorded(op) }) {
		return
	}
	d.startRecorded(op)
}

// startRecorded is what follows the start of op's record.
func (d *Dispatcher) startRecorded(op *Operation) {
	if c := op.settings.Load(); c != nil {
		d.startWithSettings(c)
		return
	}
	d.launch(op)
}

// launch gives op to the backend. If Close comes in between, either it finds op
// there, or what follows does.
func (d *Dispatcher) launch(op *Operation) {
	if d.closed.Load() {
		d.mu.Lock()
		d.completeAndUnlock(&op.op, ErrClosed)
		return
	}
	d.backend.Start(&op.op)
	if d.parked.Load() {
		d.reclaimIfUnattended() // a sleeping host the backend has woken itself
	}
	if d.closed.Load() {
		d.completeAfterClose()
	}
}

// A handler that waits for its own dispatcher waits for ever: the dispatcher waits
// for the handler to return. So the goroutines that call handlers are known, and
// what would wait looks whether it is on one of them.
//
//   - One goroutine has the turn: Dispatcher.on is that one, from taking the turn to
//     giving it back. Where a thread of the dispatcher's own does the work, it is
//     that thread's goroutine meanwhile.
//   - Those of a pool are in workers.members, from their first look for work to
//     their end.
//
// A goroutine reads its own number there if and only if it has written it itself,
// so that no lock is needed.

// InHandler reports whether the caller runs in a completion handler of d, or in
// another function of the program's that d calls where it dispatches
// (Diagnostics.Report, Processor.Cancel, Follower.Done). There nothing may wait for d:
// not [Dispatcher.Close], and no call that blocks until an operation of d's has
// completed, as those of package netio do. They ask, and fail with
// [ErrInHandler]; code of your own that blocks can ask as well. It costs a few
// nanoseconds.
//
// It does not see that a handler waits for another goroutine, which waits for d.
func (d *Dispatcher) InHandler() bool {
	g := record.Goroutine()
	if g == 0 {
		return false // it is not known here
	}
	if d.goroutine.Load() == g {
		return true
	}
	return d.workers != nil && d.workers.isMember(g)
}

// claimHandlers says that the caller dispatches from now on, and returns who did so
// before. The turn is the caller's, or that of somebody who waits for the caller.
func (d *Dispatcher) claimHandlers() (before uintptr) {
	before = d.goroutine.Load()
	d.goroutine.Store(record.Goroutine())
	return before
}

// takeTurn waits for the turn to call handlers, which releaseTurn ends.
func (d *Dispatcher) takeTurn() {
	d.turn.Lock()
	d.claimHandlers()
}

func (d *Dispatcher) releaseTurn() {
	d.goroutine.Store(0)
	d.turn.Unlock()
}

// onThread has f called where handlers are: by the caller, or by the thread that is
// the dispatcher's own. The turn is the caller's.
func (d *Dispatcher) onThread(f func()) {
	d.thread.do(func() {
		before := d.claimHandlers()
		f()
		d.goroutine.Store(before)
	})
}

// isMember reports whether g is a goroutine of the pool.
func (w *workers) isMember(g uintptr) bool {
	_, is := w.members.Load(g)
	return is
}

// join makes the caller, if it is known, a goroutine of the pool until the function
// that is returned is called.
func (w *workers) join() (leave func()) {
	g := record.Goroutine()
	w.members.Store(g, true)
	return func() { w.members.Delete(g) }
}

// inCallback reports whether Close would wait for its caller.
func (d *Dispatcher) inCallback() bool { return d.InHandler() || d.checks.watches() }

// refuseClose is what Close answers to a handler, which may not look at it: so the
// logger is told as well.
func (d *Dispatcher) refuseClose() error {
	err := fmt.Errorf("proactor: closing a dispatcher: %w (a handler calls Stop, and who has called Run closes)", ErrInHandler)
	if d.logger != nil {
		d.logger.Error("proactor: the dispatcher is not closed", "error", err)
	}
	return err
}
