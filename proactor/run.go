package proactor

import (
	"context"
	"fmt"
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

// run is Run, on the goroutine that dispatches.
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

// RunOne waits until something has completed and dispatches what has, which is
// at least one operation. It returns how many handlers it called. It gives up
// with ctx's error, ErrStopped or ErrClosed.
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

// resultOnThread is onThread for RunOne and Poll.
func (d *Dispatcher) resultOnThread(f func() (int, error)) (n int, err error) {
	d.onThread(func() { n, err = f() })
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
	defer d.releaseTurn()
	d.stopping.Store(false)
	if d.thread == nil {
		return d.round(false), nil
	}
	return d.resultOnThread(func() (int, error) { return d.round(false), nil })
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
	d.claimHandlers()
	return nil
}

// round is described at the top. It returns how many handlers it called.
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

// prioritizedBatch is how many handlers are called before a look for completions that
// may be more urgent than those that wait.
const prioritizedBatch = 16

// prioritizedRound is round where completions have priorities: steps 2 and 4 choose
// among all that is there.
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

// collect moves what is due into d.due. It returns until when to wait: 0, not
// at all, if there is anything to do.
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

// dispatchRunnable calls the handlers of posts and timers, until Stop.
func (d *Dispatcher) dispatchRunnable() (n int) {
	for !d.runnable.Empty() && !d.stopping.Load() {
		d.dispatch(d.runnable.Pop())
		n++
	}
	return n
}

// dispatchCompleted calls the handlers of what the backend handed back, until Stop.
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

// WaitMode says how a dispatcher with nothing to do waits for completions.
type WaitMode string

const (
	// WaitParked: the goroutine that dispatches parks in Go's own poller. It holds no
	// operating-system thread meanwhile, and is woken like any other goroutine. This
	// is the default, and what every backend does.
	WaitParked WaitMode = ""
	// WaitLocked: a thread of the dispatcher's own waits in the kernel, dispatches,
	// and runs the kernel's deferred completion work when it asks for completions. It
	// exists from New to Close; Run, RunOne and Poll have it do the work and wait
	// for it. The backend "uring" alone can do this.
	WaitLocked WaitMode = "locked"
)

// validate says what is wrong with w, given how many goroutines dispatch.
func (w WaitMode) validate(p Pool) error {
	if w != WaitParked && w != WaitLocked {
		return fmt.Errorf("proactor: Options.WaitMode is %q: want WaitParked or WaitLocked", w)
	}
	if w == WaitLocked && p.normal().Max > 1 {
		return fmt.Errorf("proactor: Options.WaitMode is WaitLocked and Options.Pool has %d goroutines: one thread alone may wait; several dispatchers (NewGroup) use several threads", p.normal().Max)
	}
	return nil
}

// home is a goroutine with a thread of its own, which does what it is given, one
// thing after the other.
type lockedThread struct {
	work chan func()
	done chan struct{}
}

func newLockedThread() *lockedThread {
	h := &lockedThread{work: make(chan func()), done: make(chan struct{})}
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		for f := range h.work {
			f()
			h.done <- struct{}{}
		}
	}()
	return h
}

// do has f called at home, and returns when it has returned. On no home at all
// the caller does it. One goroutine at a time may call do.
func (h *lockedThread) do(f func()) {
	if h == nil {
		f()
		return
	}
	h.work <- f
	<-h.done
}

// leave ends the goroutine.
func (h *lockedThread) exit() {
	if h != nil {
		close(h.work)
	}
}
