package proactor

import (
	"context"
	"runtime"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// A round of the dispatcher, in the order in which things happen:
//
//  1. collect: take what was posted and the timers that have expired, and
//     decide how long to wait if that is nothing
//  2. call their handlers
//  3. wait for the backend; or only look if there was something to do, and then
//     only every second time: a look may cost a system call
//  4. call the handlers of what the backend handed back
//
// Each step works on what was there when it began: a handler that posts itself
// again and again is called once a round and starves nobody.

// timersPerRound bounds how many timers expire before I/O has its turn.
const timersPerRound = 256

// Run dispatches until Stop is called, and returns nil, or until Close is, and
// returns ErrClosed. After Stop it may be called again.
func (d *Dispatcher) Run() error {
	if err := d.enter(); err != nil {
		return err
	}
	defer d.giveTurn()
	if d.locked {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
	}
	switch {
	case d.workers != nil:
		return d.runPool()
	case d.home != nil:
		var err error
		d.atHome(func() { err = d.run() })
		return err
	}
	d.host(true)
	defer d.host(false)
	return d.run()
}

// run is Run, on the goroutine that dispatches.
func (d *Dispatcher) run() error {
	for {
		d.handOver()
		if d.closed.Load() {
			return ErrClosed
		}
		if d.stopping.CompareAndSwap(true, false) {
			return nil
		}
		d.round(true)
	}
}

// RunOne waits until something has completed and dispatches what has, which is
// at least one operation. It returns how many handlers it called. It gives up
// with ctx's error, ErrStopped or ErrClosed.
func (d *Dispatcher) RunOne(ctx context.Context) (int, error) {
	if err := d.enter(); err != nil {
		return 0, err
	}
	defer d.giveTurn()
	if ctx.Done() != nil {
		defer context.AfterFunc(ctx, d.interrupt)()
	}
	if d.home == nil {
		return d.runOne(ctx)
	}
	return d.resultAtHome(func() (int, error) { return d.runOne(ctx) })
}

// resultAtHome is atHome for RunOne and Poll.
func (d *Dispatcher) resultAtHome(f func() (int, error)) (n int, err error) {
	d.atHome(func() { n, err = f() })
	return n, err
}

// runOne is RunOne, on the goroutine that dispatches.
func (d *Dispatcher) runOne(ctx context.Context) (int, error) {
	for {
		switch {
		case d.closed.Load():
			return 0, ErrClosed
		case d.stopping.CompareAndSwap(true, false):
			return 0, ErrStopped
		case ctx.Err() != nil:
			return 0, ctx.Err()
		}
		if n := d.round(true); n > 0 {
			return n, nil
		}
	}
}

// Poll dispatches what has completed, without waiting, and returns how many
// handlers it called. A Stop that came before does not concern it.
func (d *Dispatcher) Poll() (int, error) {
	if err := d.enter(); err != nil {
		return 0, err
	}
	defer d.giveTurn()
	d.stopping.Store(false)
	if d.home == nil {
		return d.round(false), nil
	}
	return d.resultAtHome(func() (int, error) { return d.round(false), nil })
}

// enter takes the turn to call handlers.
func (d *Dispatcher) enter() error {
	if !d.turn.TryLock() {
		if d.closed.Load() {
			return ErrClosed
		}
		return ErrRunning
	}
	if d.closed.Load() {
		d.turn.Unlock()
		return ErrClosed
	}
	d.dispatchHere()
	return nil
}

// round is described at the top. It returns how many handlers it called.
func (d *Dispatcher) round(mayWait bool) int {
	if d.ranked.Load() {
		return d.rankedRound(mayWait)
	}
	deadline := d.collect(mayWait)
	n := d.dispatchDue()
	if d.looked = !d.looked || n == 0 || !mayWait; !d.looked {
		return n
	}
	if d.done == nil {
		d.done = d.wait(deadline)
	}
	if deadline != 0 {
		d.parked.Store(false)
	}
	return n + d.dispatchDone()
}

// rankedTurn is how many handlers are called before a look for completions that
// may be more urgent than those that wait.
const rankedTurn = 16

// rankedRound is round where completions have priorities: steps 2 and 4 choose
// among all that is there.
func (d *Dispatcher) rankedRound(mayWait bool) (n int) {
	deadline := d.collect(mayWait)
	d.ready.add(d.due.Take())
	d.ready.add(d.done)
	d.done = nil
	d.ready.add(d.wait(deadline))
	if deadline != 0 {
		d.parked.Store(false)
	}
	for ; n < rankedTurn && d.ready.n > 0 && !d.stopping.Load(); n++ {
		d.finish(d.ready.next())
	}
	return n
}

// collect moves what is due into d.due. It returns until when to wait: 0, not
// at all, if there is anything to do.
func (d *Dispatcher) collect(mayWait bool) (deadline time.Duration) {
	d.record.Round()
	if d.journal != nil {
		d.journal.Enter()
	}
	d.mu.Lock()
	d.due.Append(&d.posted)
	if len(d.timers) > 0 {
		d.expire(d.backend.Now())
	}
	if mayWait && !d.hurry && d.due.Empty() && d.done == nil && d.ready.n == 0 {
		deadline = backend.NoDeadline
		if len(d.timers) > 0 {
			deadline = d.timers[0].when
		}
	}
	if deadline != 0 {
		d.parked.Store(true)
	}
	d.hurry = false
	d.mu.Unlock()
	return deadline
}

// dispatchDue calls the handlers of posts and timers, until Stop.
func (d *Dispatcher) dispatchDue() (n int) {
	for !d.due.Empty() && !d.stopping.Load() {
		d.finish(d.due.Pop())
		n++
	}
	return n
}

// dispatchDone calls the handlers of what the backend handed back, until Stop.
func (d *Dispatcher) dispatchDone() (n int) {
	for d.done != nil && !d.stopping.Load() {
		op := d.done
		d.done = op.Next
		op.Next = nil
		d.finish(op)
		n++
	}
	return n
}
