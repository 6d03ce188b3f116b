package proactor

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/record"
)

// Run and its variants dispatch in rounds. A round takes these steps:
//
//  1. collect: take what was posted and the timers that have expired; if there are
//     none, decide how long to wait
//  2. call their handlers
//  3. call the backend's Wait. If steps 1 and 2 found work, Wait only looks, and only
//     in every second round, because a look may cost a system call
//  4. call the handlers of the operations that Wait returned
//
// Each step handles what was there when the step began: a handler that posts itself
// again and again is called once in a round and starves no other operation.

// timersPerRound bounds the number of timers that expire before the backend is asked
// for completions.
const timersPerRound = 256

// Run dispatches until Stop is called, and returns nil, or until Close is called,
// and returns ErrClosed. After Stop it may be called again.
func (d *Dispatcher) Run() error {
	if err := d.enter(); err != nil {
		return err
	}
	defer d.releaseTurn()
	if d.locked {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
	}
	switch {
	case d.workers != nil:
		return d.runPool()
	case d.thread != nil:
		var err error
		d.onThread(func() { err = d.run() })
		return err
	}
	d.setHosting(true)
	defer d.setHosting(false)
	return d.run()
}

// run is Run on the goroutine that dispatches.
func (d *Dispatcher) run() error {
	for {
		d.yieldToLeader()
		if d.closed.Load() {
			return ErrClosed
		}
		if d.stopping.CompareAndSwap(true, false) {
			return nil
		}
		d.round(true)
	}
}

// RunOne waits until at least one operation has completed and calls the handlers of
// those that have. It returns the number of handlers that it called. It stops
// waiting with ctx's error, ErrStopped or ErrClosed.
func (d *Dispatcher) RunOne(ctx context.Context) (int, error) {
	if err := d.enter(); err != nil {
		return 0, err
	}
	defer d.releaseTurn()
	if ctx.Done() != nil {
		defer context.AfterFunc(ctx, d.interrupt)()
	}
	if d.thread == nil {
		return d.runOne(ctx)
	}
	return d.resultOnThread(func() (int, error) { return d.runOne(ctx) })
}

// runOne is RunOne on the goroutine that dispatches.
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

// Poll calls the handlers of the operations that have completed, without waiting,
// and returns the number of handlers that it called. It ignores and clears an
// earlier Stop.
func (d *Dispatcher) Poll() (int, error) {
	if err := d.enter(); err != nil {
		return 0, err
	}
	defer d.releaseTurn()
	d.stopping.Store(false)
	if d.thread == nil {
		return d.round(false), nil
	}
	return d.resultOnThread(func() (int, error) { return d.round(false), nil })
}

// resultOnThread is onThread for RunOne and Poll.
func (d *Dispatcher) resultOnThread(f func() (int, error)) (n int, err error) {
	d.onThread(func() { n, err = f() })
	return n, err
}

// enter takes the turn to call handlers, if no other goroutine has it.
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
	d.claimHandlers()
	return nil
}

// round is described at the top of this file. It returns the number of handlers that
// it called.
func (d *Dispatcher) round(mayWait bool) int {
	if d.prioritized.Load() {
		return d.prioritizedRound(mayWait)
	}
	deadline := d.collect(mayWait)
	n := d.dispatchRunnable()
	if d.polled = !d.polled || n == 0 || !mayWait; !d.polled {
		return n
	}
	if d.completed == nil {
		d.completed = d.wait(deadline)
	}
	if deadline != 0 {
		d.parked.Store(false)
	}
	return n + d.dispatchCompleted()
}

// collect moves posts and expired timers to d.runnable. It returns how long Wait may
// wait: until the deadline, or not at all (0) if there is something to dispatch.
func (d *Dispatcher) collect(mayWait bool) (deadline time.Duration) {
	d.record.Round()
	if d.journal != nil {
		d.journal.Enter()
	}
	d.mu.Lock()
	d.runnable.Append(&d.posted)
	if len(d.timers) > 0 {
		d.expireLocked(d.backend.Now())
	}
	if mayWait && !d.skipWait && d.runnable.Empty() && d.completed == nil && d.runQueue.n == 0 {
		deadline = backend.NoDeadline
		if len(d.timers) > 0 {
			deadline = d.timers[0].when
		}
	}
	if deadline != 0 {
		d.parked.Store(true)
	}
	d.skipWait = false
	d.mu.Unlock()
	return deadline
}

// wait calls the backend's Wait. The record notes when it returned with completions.
func (d *Dispatcher) wait(deadline time.Duration) *backend.Op {
	list := d.spin.wait(d.backend, deadline)
	if list == nil || d.record == nil {
		return list
	}
	now := d.record.Look()
	for op := list; op != nil; op = op.Next {
		if s := op.Owner.(*Operation).slot; s != nil {
			s.Completed = now
		}
	}
	return list
}

// dispatchRunnable calls the handlers of posts and timers until Stop.
func (d *Dispatcher) dispatchRunnable() (n int) {
	for !d.runnable.Empty() && !d.stopping.Load() {
		d.dispatch(d.runnable.Pop())
		n++
	}
	return n
}

// dispatchCompleted calls the handlers of what the backend handed back until Stop.
func (d *Dispatcher) dispatchCompleted() (n int) {
	for d.completed != nil && !d.stopping.Load() {
		op := d.completed
		d.completed = op.Next
		op.Next = nil
		d.dispatch(op)
		n++
	}
	return n
}

// prioritizedBatch is the number of handlers that are called before the next look
// for completions, which may be more urgent than those that wait.
const prioritizedBatch = 16

// prioritizedRound is round if completions have priorities: its steps 2 and 4 choose
// among all completions that wait.
func (d *Dispatcher) prioritizedRound(mayWait bool) (n int) {
	deadline := d.collect(mayWait)
	d.runQueue.add(d.runnable.Take())
	d.runQueue.add(d.completed)
	d.completed = nil
	d.runQueue.add(d.wait(deadline))
	if deadline != 0 {
		d.parked.Store(false)
	}
	for ; n < prioritizedBatch && d.runQueue.n > 0 && !d.stopping.Load(); n++ {
		d.dispatch(d.runQueue.next())
	}
	return n
}

// A handler that waits for its own dispatcher waits for ever, because the dispatcher
// waits for the handler to return. So d knows the goroutines that call its handlers,
// and calls that would wait check whether they run on one of them:
//
//   - Dispatcher.goroutine is the goroutine that has the turn, from taking it to
//     releasing it. While a locked thread does the work, it is that thread's goroutine.
//   - workers.members are the goroutines of a pool, from the start of each to its end.
//
// A goroutine finds its own number there only if it has stored it itself, so that no
// lock is needed.

// InHandler reports whether the caller runs in a completion handler of d, or in
// another function that d calls and waits for (Diagnostics.Report, Processor.Cancel,
// Waiter.Done). Such code must not wait for d: it must call
// neither [Dispatcher.Close] nor anything that blocks until an operation of d has
// completed, as the methods of package netio do. These calls check it and fail with
// [ErrInHandler]; code of your own that blocks can check it as well. The check costs
// a few nanoseconds.
//
// InHandler does not notice a handler that waits for another goroutine, which waits
// for d.
func (d *Dispatcher) InHandler() bool {
	g := record.Goroutine()
	if g == 0 {
		return false // goroutines have no number here
	}
	if d.goroutine.Load() == g || d.checks.isWatchdog(g) {
		return true
	}
	return d.workers != nil && d.workers.isMember(g)
}

// claimHandlers records that the caller calls handlers from now on, and returns the
// goroutine that did so before. The caller has the turn, or works for the goroutine
// that has it.
func (d *Dispatcher) claimHandlers() (before uintptr) {
	before = d.goroutine.Load()
	d.goroutine.Store(record.Goroutine())
	return before
}

// takeTurn waits for the turn to call handlers. The caller ends it with releaseTurn.
func (d *Dispatcher) takeTurn() {
	d.turn.Lock()
	d.claimHandlers()
}

func (d *Dispatcher) releaseTurn() {
	d.goroutine.Store(0)
	d.turn.Unlock()
}

// onThread calls f on the locked thread, if the dispatcher has one, and on the
// caller's goroutine otherwise. The caller has the turn.
func (d *Dispatcher) onThread(f func()) {
	d.thread.do(func() {
		before := d.claimHandlers()
		f()
		d.goroutine.Store(before)
	})
}

// WaitMode says how a dispatcher with nothing to do waits for completions.
type WaitMode string

const (
	// WaitParked: the goroutine that dispatches parks like any other goroutine, in
	// Go's scheduler or poller. It holds no operating-system thread meanwhile, except
	// on iocp and kqueue, where it blocks in a system call. This is the default, and
	// every backend can do it.
	WaitParked WaitMode = ""
	// WaitLocked: a thread that belongs to the dispatcher waits in the kernel, calls
	// the handlers, and runs the kernel's deferred completion work when it asks for
	// completions. The thread exists from New to Close; Run, RunOne and Poll give it
	// the work and wait for it. Only the backend "uring" can do this.
	WaitLocked WaitMode = "locked"
)

// validate reports what is wrong with w, given the number of goroutines that
// dispatch.
func (w WaitMode) validate(p Pool) error {
	if w != WaitParked && w != WaitLocked {
		return fmt.Errorf("proactor: Options.WaitMode is %q: want WaitParked or WaitLocked", w)
	}
	if w == WaitLocked && p.normal().Max > 1 {
		return fmt.Errorf("proactor: Options.WaitMode is WaitLocked and Options.Pool has %d goroutines: only one thread can wait; for several threads make several dispatchers (package group)", p.normal().Max)
	}
	return nil
}

// lockedThread is a goroutine with a thread of its own. It calls the functions that
// it is given, one after the other.
type lockedThread struct {
	work chan func()
	done chan struct{}
}

func newLockedThread() *lockedThread {
	t := &lockedThread{work: make(chan func()), done: make(chan struct{})}
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		for f := range t.work {
			f()
			t.done <- struct{}{}
		}
	}()
	return t
}

// do calls f on the thread and returns when f has returned. If t is nil, it calls f
// on the caller's goroutine. One goroutine at a time may call do.
func (t *lockedThread) do(f func()) {
	if t == nil {
		f()
		return
	}
	t.work <- f
	<-t.done
}

// exit ends the goroutine.
func (t *lockedThread) exit() {
	if t != nil {
		close(t.work)
	}
}
