package proactor

import (
	"fmt"
	"runtime"
	"sync"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/record"
)

// A pool is leader and followers: one worker at a time, the leader, waits for
// completions. The completions go through Dispatcher.runQueue. Each worker takes one
// operation at a time; before it calls the handler it makes sure that another worker
// takes the next operation or the lead. In this order: the pool, strands, which keep
// handlers from running at the same time, and priorities, which let a completion overtake
// others that wait.

// Pool says how many goroutines dispatch. The zero value is one: the goroutine that
// calls Run. The handlers of a pool run at the same time: handlers that share data
// name a [Strand], or lock.
type Pool struct {
	// Min is the number of goroutines with which Run starts, the caller's among them;
	// 0 means 1, and MaxPool is the most.
	Min int
	// Max is the number of goroutines that there may be; 0 means Min. With LockThreads
	// MaxPool is the most. Beyond Min the pool grows when all goroutines are busy in
	// handlers, so that one always waits for completions. It shrinks when more than one
	// has nothing to do.
	Max int
	// LockThreads gives each of the goroutines a thread of its own while it
	// dispatches, for handlers that need one (runtime.LockOSThread).
	LockThreads bool
}

// MaxPool is the most goroutines with which a [Pool] may start, and the most that it
// may have if each has a thread of its own: the Go runtime aborts a program that has
// more than 10,000 threads.
const MaxPool = 8192

// validate reports what is wrong with p.
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

// workers are the goroutines of a pool.
type workers struct {
	Pool

	mu        sync.Mutex // covers the rest, and Dispatcher.runQueue while a Run is in progress
	available sync.Cond  // wakes idle workers: the run queue has an operation, or there is no leader
	size      int        // the number of workers
	idle      int        // the number of workers that wait for available and were not signalled yet
	leading   bool       // a worker waits for completions, or is about to
	ending    bool       // all workers are to end
	all       sync.WaitGroup
	members   sync.Map // the goroutines that dispatch, by record.Goroutine
}

func newWorkers(p Pool) *workers {
	w := &workers{Pool: p}
	w.available.L = &w.mu
	return w
}

// runPool dispatches with all workers, the caller among them, until Stop or Close.
// The caller has the turn.
func (d *Dispatcher) runPool() error {
	w := d.workers
	w.mu.Lock()
	w.ending = false
	w.size++
	for w.size < w.Min {
		w.addLocked(d)
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

// addLocked starts a worker.
func (w *workers) addLocked(d *Dispatcher) {
	w.size++
	w.all.Go(func() {
		if w.LockThreads {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
		}
		d.work()
	})
}

// work is the loop of a worker: it calls the handler of the next operation in the
// run queue. If there is none, it leads. If another worker leads, it waits, or ends
// if the pool is too large.
func (d *Dispatcher) work() {
	w := d.workers
	defer w.join()()
	w.mu.Lock()
	defer w.mu.Unlock()
	for !w.ending {
		op := d.runQueue.next()
		switch {
		case op != nil && op.Owner.(*Operation).strand.enter(op):
			w.delegateLocked(d)
			w.mu.Unlock()
			d.serve(op)
			w.mu.Lock()
		case op != nil: // the worker that is in its strand serves it
		case !w.leading:
			w.leadLocked(d)
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

// delegateLocked is called by a worker before it calls a handler, which may take
// long: another worker is to take what is in the run queue, or the lead.
func (w *workers) delegateLocked(d *Dispatcher) {
	switch {
	case w.leading && d.runQueue.n == 0:
	case w.idle > 0:
		w.idle--
		w.available.Signal()
	case w.size < w.Max:
		w.addLocked(d)
	}
}

// leadLocked waits for completions and adds them to the run queue. It releases mu
// meanwhile.
func (w *workers) leadLocked(d *Dispatcher) {
	w.leading = true
	w.mu.Unlock()
	runnable, completed := d.demultiplex()
	w.mu.Lock()
	w.leading = false
	d.runQueue.add(runnable)
	d.runQueue.add(completed)
	if d.stopping.Load() || d.closed.Load() {
		w.ending = true
		w.idle = 0
		w.available.Broadcast()
	}
}

// demultiplex waits until something has completed, or for Stop or Close, which interrupt
// it. It returns posts and timers, and what the backend hands back.
func (d *Dispatcher) demultiplex() (runnable, completed *backend.Op) {
	deadline := d.collect(true)
	runnable, completed = d.runnable.Take(), d.completed
	d.completed = nil
	if d.polled = !d.polled || runnable == nil; d.polled && completed == nil {
		completed = d.wait(deadline)
	}
	if deadline != 0 {
		d.parked.Store(false)
	}
	return runnable, completed
}

// serve calls the handler of op, whose strand has been entered, and then the
// handlers of the operations that were added to the strand meanwhile.
func (d *Dispatcher) serve(op *backend.Op) {
	strand := op.Owner.(*Operation).strand
	for ; op != nil; op = strand.leave() {
		d.dispatch(op)
	}
}

// join makes the caller a member of the pool until the returned function is called.
func (w *workers) join() (leave func()) {
	g := record.Goroutine()
	w.members.Store(g, true)
	return func() { w.members.Delete(g) }
}

// isMember reports whether g is a goroutine of the pool.
func (w *workers) isMember(g uintptr) bool {
	_, is := w.members.Load(g)
	return is
}

// Strand serializes handlers of a pool: the handlers of operations that name the
// same Strand are called one at a time, in the order in which their completions were
// taken for dispatch, by any goroutine of the pool. So data that only they touch
// needs no lock. Other handlers run at the same time.
//
// A connection is a typical strand: its reads, its writes, its timers.
//
// With a single dispatching goroutine all handlers are called one at a time anyway:
// there a Strand has no effect and no cost, and the same handlers work under both.
type Strand struct {
	d *Dispatcher

	mu      sync.Mutex
	busy    bool          // a handler of the strand runs
	waiting backend.Queue // completions that wait for it to return
}

// NewStrand makes a strand for operations that are started on d.
func (d *Dispatcher) NewStrand() *Strand { return &Strand{d: d} }

// enter reports whether op's handler may be called now; the caller then ends it with
// leave. Otherwise enter keeps op for the worker that is in the strand. It is called
// in the order in which completions are taken for dispatch. A nil Strand serializes
// nothing.
func (s *Strand) enter(op *backend.Op) bool {
	if s == nil {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy {
		s.waiting.Push(op)
		return false
	}
	s.busy = true
	return true
}

// leave ends a handler of the strand. It returns the operation whose handler the
// same goroutine is to call next.
func (s *Strand) leave() *backend.Op {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	next := s.waiting.Pop()
	s.busy = next != nil
	return next
}

// Priority says which of several completions that wait is dispatched first. Within
// one priority they are dispatched in the order in which they completed. It applies
// to completions, not to I/O: the kernel does not know it.
//
// No priority starves another. If two have completions that wait, the lower one is
// passed over at most eight times in a row; then one of its completions is
// dispatched. So even under a constant load of higher ones the lowest priority gets
// at least every ninth dispatch.
type Priority int8

// The priorities. Use a high one for what is urgent and short, such as a heartbeat,
// and a low one for what can wait, such as a clean-up.
const (
	PriorityLow    Priority = -1
	PriorityNormal Priority = 0
	PriorityHigh   Priority = 1
)

const (
	levels = 3
	// maxPassed is the number of times in a row that a priority may be passed over.
	maxPassed = 8
)

// level is the index of p's queue: anything below low is low, anything above high is
// high.
func (p Priority) level() int { return int(min(max(p, PriorityLow), PriorityHigh)) + 1 }

// runQueue holds operations that have completed and wait for their handlers, by
// priority.
type runQueue struct {
	queues [levels]backend.Queue
	passed [levels]int // how many times in a row a level that is not empty was passed over
	n      int
}

// add puts the operations of list, linked through Next, behind the others.
func (r *runQueue) add(list *backend.Op) {
	for list != nil {
		op := list
		list = op.Next
		r.queues[op.Owner.(*Operation).priority.level()].Push(op)
		r.n++
	}
}

// next takes the operation whose handler is to be called next; nil if there is none.
func (r *runQueue) next() *backend.Op {
	if r.n == 0 {
		return nil
	}
	level := r.turn()
	for below := range level {
		if !r.queues[below].Empty() {
			r.passed[below]++
		}
	}
	r.passed[level] = 0
	r.n--
	return r.queues[level].Pop()
}

// turn is the lowest level that was passed over maxPassed times, or else the highest
// level that is not empty.
func (r *runQueue) turn() int {
	highest := 0
	for level := range levels {
		if r.queues[level].Empty() {
			continue
		}
		if r.passed[level] >= maxPassed {
			return level
		}
		highest = level
	}
	return highest
}
