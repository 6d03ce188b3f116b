package proactor

import (
	"fmt"
	"runtime"
	"sync"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// Pool says how many goroutines dispatch. The zero value is one: the goroutine
// that calls Run. Handlers under a pool run beside each other: those that share
// something name a [Strand], or lock.
type Pool struct {
	// Min is how many goroutines Run starts with, its own among them; 0 means 1, and
	// MaxPool is the most.
	Min int
	// Max is how many there may be; 0 means Min. With LockThreads MaxPool is the most.
	// Beyond Min the pool grows when
	// all are busy in handlers, so that somebody always waits for completions, and
	// shrinks when more than one has nothing to do.
	Max int
	// LockThreads ties each of the goroutines to a thread of its own for as long
	// as it dispatches, for handlers that need one (runtime.LockOSThread).
	LockThreads bool
}

// MaxPool is the most goroutines that a [Pool] may start with, and the most that it
// may have if each has a thread of its own: the Go runtime ends a program that has
// more than 10,000 threads.
const MaxPool = 8192

// validate says what is wrong with p.
func (p Pool) validate() error {
	switch {
	case p.Min < 0 || p.Max < 0 || p.Max != 0 && p.Max < p.Min:
		return fmt.Errorf("proactor: Options.Pool has Min %d and Max %d: want 0 (the defaults) or 1 <= Min <= Max", p.Min, p.Max)
	case p.Min > MaxPool:
		return fmt.Errorf("proactor: Options.Pool.Min is %d: the most is %d (MaxPool); Max may be larger", p.Min, MaxPool)
	case p.LockThreads && p.Max > MaxPool:
		return fmt.Errorf("proactor: Options.Pool.Max is %d, and each has a thread of its own: the most is %d (MaxPool)", p.Max, MaxPool)
	}
	return nil
}

// normal is p with its defaults filled in.
func (p Pool) normal() Pool {
	p.Min = max(p.Min, 1)
	p.Max = max(p.Max, p.Min)
	return p
}

// workers are the goroutines of a pool: leader and followers. One at a time, the
// leader, waits for completions. What it brings is shared through Dispatcher.ready:
// each worker takes one operation at a time, and sees to it that somebody else
// takes the next, or the lead, before it calls the handler.
type workers struct {
	Pool

	mu        sync.Mutex // covers the rest, and Dispatcher.ready while a Run is in progress
	available sync.Cond  // for the idle ones: something is ready, or nobody leads
	size      int        // how many there are
	idle      int        // how many wait for some and have not been told
	leading   bool       // one is waiting for completions, or about to
	ending    bool       // all are to end
	all       sync.WaitGroup
	members   sync.Map // the goroutines that dispatch, by record.Goroutine
}

func newWorkers(p Pool) *workers {
	w := &workers{Pool: p}
	w.available.L = &w.mu
	return w
}

// runPool dispatches with all workers, the caller among them, until Stop or
// Close. The turn is taken.
func (d *Dispatcher) runPool() error {
	w := d.workers
	w.mu.Lock()
	w.ending = false
	w.size++
	for w.size < w.Min {
		w.hire(d)
	}
	w.mu.Unlock()
	d.work()
	w.all.Wait()
	if d.closed.Load() {
		return ErrClosed
	}
	d.stopping.Store(false)
	return nil
}

// hire adds a worker. mu is held.
func (w *workers) hire(d *Dispatcher) {
	w.size++
	w.all.Go(func() {
		if w.LockThreads {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
		}
		d.work()
	})
}

// work is what each worker does: call the handler of what is ready; if nothing
// is, lead; if somebody else does, rest, or go if the pool is too large.
func (d *Dispatcher) work() {
	w := d.workers
	defer w.join()()
	w.mu.Lock()
	defer w.mu.Unlock()
	for !w.ending {
		op := d.runQueue.next()
		switch {
		case op != nil && op.Owner.(*Operation).Strand.enter(op):
			w.delegate(d)
			w.mu.Unlock()
			d.serve(op)
			w.mu.Lock()
		case op != nil: // whoever is in its strand serves it
		case !w.leading:
			w.lead(d)
		case w.idle > 0 && w.size > w.Min:
			w.size--
			return
		default:
			w.idle++
			w.available.Wait()
		}
	}
	w.size--
}

// delegate is called by a worker before it turns to a handler, which may take
// long: somebody else is to take what is ready, or the lead. mu is held.
func (w *workers) delegate(d *Dispatcher) {
	switch {
	case w.leading && d.runQueue.n == 0:
	case w.idle > 0:
		w.idle--
		w.available.Signal()
	case w.size < w.Max:
		w.hire(d)
	}
}

// lead waits for completions and makes them ready. mu is held, and released
// meanwhile.
func (w *workers) lead(d *Dispatcher) {
	w.leading = true
	w.mu.Unlock()
	due, done := d.demultiplex()
	w.mu.Lock()
	w.leading = false
	d.runQueue.add(due)
	d.runQueue.add(done)
	if d.stopping.Load() || d.closed.Load() {
		w.ending = true
		w.idle = 0
		w.available.Broadcast()
	}
}

// demultiplex waits until something has completed, or for Stop or Close, and
// returns it: posts and timers, and what the backend hands back.
func (d *Dispatcher) demultiplex() (due, done *backend.Op) {
	if d.stopping.Load() || d.closed.Load() {
		return nil, nil
	}
	deadline := d.collect(true)
	due, done = d.runnable.Take(), d.completed
	d.completed = nil
	if d.polled = !d.polled || due == nil; d.polled && done == nil {
		done = d.wait(deadline)
	}
	if deadline != 0 {
		d.parked.Store(false)
	}
	return due, done
}

// serve calls the handler of op, whose strand has been entered, and then those of
// all who have come to the strand meanwhile.
func (d *Dispatcher) serve(op *backend.Op) {
	strand := op.Owner.(*Operation).Strand
	for ; op != nil; op = strand.leave() {
		d.dispatch(op)
	}
}
