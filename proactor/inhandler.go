package proactor

import (
	"fmt"

	"github.com/actum-go/actum/proactor/internal/record"
)

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
// (Checks.Report, Processor.Cancel, Follower.Done). There nothing may wait for d:
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
	if d.on.Load() == g {
		return true
	}
	return d.workers != nil && d.workers.isMember(g)
}

// dispatchHere says that the caller dispatches from now on, and returns who did so
// before. The turn is the caller's, or that of somebody who waits for the caller.
func (d *Dispatcher) dispatchHere() (before uintptr) {
	before = d.on.Load()
	d.on.Store(record.Goroutine())
	return before
}

// takeTurn waits for the turn to call handlers, which giveTurn ends.
func (d *Dispatcher) takeTurn() {
	d.turn.Lock()
	d.dispatchHere()
}

func (d *Dispatcher) giveTurn() {
	d.on.Store(0)
	d.turn.Unlock()
}

// atHome has f called where handlers are: by the caller, or by the thread that is
// the dispatcher's own. The turn is the caller's.
func (d *Dispatcher) atHome(f func()) {
	d.home.do(func() {
		before := d.dispatchHere()
		f()
		d.on.Store(before)
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

// calledBack reports whether Close would wait for its caller.
func (d *Dispatcher) calledBack() bool { return d.InHandler() || d.checks.watches() }

// refuseClose is what Close answers to a handler, which may not look at it: so the
// logger is told as well.
func (d *Dispatcher) refuseClose() error {
	err := fmt.Errorf("proactor: closing a dispatcher: %w (a handler calls Stop, and who has called Run closes)", ErrInHandler)
	if d.logger != nil {
		d.logger.Error("proactor: the dispatcher is not closed", "error", err)
	}
	return err
}
