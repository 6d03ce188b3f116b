package proactor

import (
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/actum-go/actum/internal/logqueue"
	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/record"
)

// A dispatcher from New to Close: its options, the dispatchers of this process, the posts
// of other goroutines, and its end. run.go calls the handlers.

// Dispatcher is the completion dispatcher: it waits for operations to complete and
// calls their handlers. All its methods may be called from any goroutine. One
// goroutine at a time dispatches, unless [Options.Pool] asks for several.
type Dispatcher struct {
	backend backend.Backend
	info    BackendInfo

	// turn is held by the goroutine that calls handlers, inside Run, RunOne, Poll,
	// Lead or Close.
	turn      sync.Mutex
	goroutine atomic.Uintptr // that goroutine, or the locked thread's that works for it; 0: none
	// runnable and completed wait for their handlers: posts and timers, and the
	// operations that the backend has handed back. turn covers them.
	runnable  backend.Queue
	completed *backend.Op
	polled    bool // the last round has called the backend's Wait
	// prioritized makes runnable and completed pass through runQueue: an operation
	// has a priority, or a pool dispatches. It is never reset.
	prioritized atomic.Bool
	runQueue    runQueue
	workers     *workers      // the pool; nil if one goroutine dispatches
	locked      bool          // that goroutine is tied to its thread (Pool.LockThreads)
	thread      *lockedThread // dispatches and waits, with WaitLocked; nil: the goroutine that has the turn does

	openHandles atomic.Int64
	cancels     atomic.Uint32 // number of calls of CancelAll
	stopping    atomic.Bool   // Stop was called, and no Run has returned for it yet
	closed      atomic.Bool   // Close was called; set while mu is held
	ended       bool          // Close has closed the backend; turn covers it

	// mu covers what initiators hand over. It is held for a few instructions only.
	mu           sync.Mutex
	posted       backend.Queue // completed without I/O, in the order of posting
	timers       timerHeap
	external     settingsSet  // outstanding neither in the backend nor in the heap: see cancelExternalLocked
	signalSets   []*SignalSet // the open ones
	externalDone sync.Cond    // for Close: an external operation has completed
	skipWait     bool         // the next Wait must not wait

	// parked says that the dispatching goroutine is in Wait, or about to call it. It
	// is set while mu is held and there is nothing to do: work added later finds
	// parked set and wakes the dispatcher. The first waker clears it, so that only
	// one goroutine pays for the wake-up.
	parked atomic.Bool

	backoff backoff    // multishot accepts that have run out of descriptors: multishot.go
	lead    leadership // which goroutine dispatches while Run is in progress: lead.go
	spin    spinning   // how a leader waits: lead.go

	journal backend.Journal  // nil: no journal is written or replayed
	record  *record.Recorder // nil: no record is kept
	epoch   time.Time        // the time at which Now was 0, for the record
	labels  *labels          // nil: none
	checks  *checker         // nil: none
	logger  *slog.Logger     // queues its records; nil: silent
}

// Options are the options of a dispatcher. The zero value of each field is its default.
type Options struct {
	// Backend carries the operations out. Nil: the environment variable ACTUM_BACKEND
	// names the backend, and without that it is the first one that works on this system.
	// [Named] chooses one of this system's backends by name. Package sim has a simulated
	// network; package replay has one backend that records a journal, and one that replays
	// it.
	Backend Backend
	// Pool says how many goroutines dispatch: the zero value is one.
	Pool Pool
	// WaitMode says how the dispatcher waits for completions. The zero value is
	// WaitParked; docs/adr/0010 has figures that say when WaitLocked is better.
	WaitMode WaitMode
	// SpinLimit is how long at most a goroutine that waits in [Dispatcher.Await] spins,
	// looking for its completion, before it parks. 0 means 100 µs, and a negative value
	// switches spinning off. See docs/adr/0019.
	SpinLimit time.Duration
	// RingEntries is the size of uring's submission queue; 0 means 256.
	RingEntries int
	// DisabledFeatures names features that the backend must not use, of those that
	// [ProbeBackends] lists: to measure the effect of one, or to avoid a bug of a
	// kernel. A backend that has no features may still be used if Backend is nil; if
	// Backend names such a backend, New returns an error.
	DisabledFeatures []string
	// Record configures the causal record of operations, which is kept by default.
	Record RecordOptions
	// Diagnostics look for mistakes. None by default.
	Diagnostics Diagnostics
	// Logger logs which backend is used and why others were refused, pauses of
	// multishot accepts, and what Diagnostics find. Nil: nothing is logged. A goroutine
	// of its own calls it, with one record at a time, in order; therefore it may block,
	// and may close the dispatcher. Up to 1024 records wait for it; further ones
	// are dropped, and a record reports their number. New and Close return when all
	// earlier records have been handled, unless the Logger itself calls Close, or makes
	// no progress for a second.
	Logger *slog.Logger
}

// validate returns an error that names the first wrong field.
func (o *Options) validate() error {
	if o.RingEntries < 0 || o.RingEntries > 32768 {
		return fmt.Errorf("proactor: Options.RingEntries is %d: it must be 0 (the default) or 1 to 32768", o.RingEntries)
	}
	if err := o.Pool.validate(); err != nil {
		return err
	}
	if err := o.WaitMode.validate(o.Pool); err != nil {
		return err
	}
	if err := o.Diagnostics.validate(o); err != nil {
		return err
	}
	if o.Record.History < 0 || o.Record.History > maxHistory {
		return fmt.Errorf("proactor: Options.Record.History is %d: it must be 0 (the default) to %d", o.Record.History, maxHistory)
	}
	return nil
}

// New makes a dispatcher. It calls no handler before Run, RunOne or Poll is called.
// The caller must close it.
func New(o Options) (*Dispatcher, error) {
	if err := o.replaceBackend(); err != nil {
		return nil, err
	}
	if err := o.validate(); err != nil {
		return nil, err
	}
	o.Logger = logqueue.Wrap(o.Logger)
	defer logqueue.Flush(o.Logger)
	var thread *lockedThread
	if o.WaitMode == WaitLocked {
		thread = newLockedThread()
	}
	var b backend.Backend
	var info BackendInfo
	var err error
	thread.do(func() { b, info, err = open(&o) })
	if err != nil {
		thread.exit()
		return nil, err
	}
	d := &Dispatcher{backend: b, info: info, thread: thread, locked: o.Pool.LockThreads}
	d.logger, d.backoff.logger = o.Logger, o.Logger
	if pool := o.Pool.normal(); pool.Max > 1 {
		d.workers = newWorkers(pool)
		d.prioritized.Store(true)
	}
	d.journal, _ = b.(backend.Journal)
	d.spin.init(b, &o)
	d.checks = newChecker(d, &o)
	d.register(o.Record)
	return d, nil
}

// process is the state that the dispatchers of this process share.
var process struct {
	mu          sync.Mutex
	dispatchers []*Dispatcher                                     // not closed yet, in the order in which they were made
	recording   *recording                                        // nil: none is in progress
	replace     func(number int, chosen Backend) (Backend, error) // of ReplaceBackends; nil: each dispatcher uses its own
	replaced    int                                               // calls of replace
	replacing   sync.Mutex                                        // held while replace is called; taken before mu
}

// Dispatchers returns the open dispatchers of this process, in the order in which
// they were made, for tools that show everything that happens.
func Dispatchers() []*Dispatcher {
	process.mu.Lock()
	defer process.mu.Unlock()
	return slices.Clone(process.dispatchers)
}

// Number tells d from the other dispatchers of this process: it is in the IDs of d's
// operations. It is 0 if no record is kept.
func (d *Dispatcher) Number() int {
	if d.record == nil {
		return 0
	}
	return int(d.record.Number())
}

// register sets up d's record and adds d to the open dispatchers, in one step: other
// goroutines find d from then on, and read its record. A recording in progress
// decides about the record, instead of o.
func (d *Dispatcher) register(o RecordOptions) {
	process.mu.Lock()
	defer process.mu.Unlock()
	r := process.recording
	if r != nil {
		o = r.options
		r.dispatchers = append(r.dispatchers, d)
	}
	d.setUpRecord(o)
	process.dispatchers = append(process.dispatchers, d)
}

// unregister removes d, which is closed.
func (d *Dispatcher) unregister() {
	process.mu.Lock()
	defer process.mu.Unlock()
	process.dispatchers = slices.DeleteFunc(process.dispatchers, func(o *Dispatcher) bool { return o == d })
}

// Backend says which backend d uses, and why better ones were refused.
func (d *Dispatcher) Backend() BackendInfo { return d.info }

// OpenHandles is the number of handles that are open on d.
func (d *Dispatcher) OpenHandles() int { return int(d.openHandles.Load()) }

// Now is the clock that timers run on: the time since some moment in the past. It
// never goes back. Under the sim backend it is virtual.
func (d *Dispatcher) Now() time.Duration { return d.backend.Now() }

// HasJournal reports whether the run of d is written to a journal or replayed (package
// replay). A program whose other goroutines depend on the clock should make them
// independent of it then.
func (d *Dispatcher) HasJournal() bool { return d.journal != nil }

// JournalValue returns the result of get, and in a replay the result that get had in
// the run, without calling it. It is for numbers that decide what the program does
// and that do not come from operations, such as random ones. Any goroutine may call
// it. Without a journal it just calls get.
func (d *Dispatcher) JournalValue(get func() int64) int64 {
	if d.journal == nil {
		return get()
	}
	return d.journal.Value(get)
}

// Post completes op without any I/O: the dispatcher calls its handler. Other
// goroutines use it to have a function called on the dispatcher. Operations that one
// goroutine posts complete in the order of the posts. Post wakes the dispatcher only
// if it is parked.
func (d *Dispatcher) Post(op *Operation) {
	d.begin(op, KindPost)
	if d.journal != nil && d.ask(op, func() { d.mu.Lock(); d.completeAndUnlock(&op.op, nil) }) {
		return
	}
	d.mu.Lock()
	d.completeAndUnlock(&op.op, nil)
}

// Defer is Post for work that may wait until the last leader is back
// ([Dispatcher.Await]). Post returns the dispatcher to the goroutine inside Run,
// which wakes a thread. Defer wakes nothing: the operation completes when the leader
// leads again, or within 5 ms if it does not. If leaders stay away for longer than
// 0.3 ms, Defer becomes Post for a while; it is Post also whenever no leader is
// expected.
//
// Defer is meant for work that a goroutine gives the dispatcher between two waits.
// The operations that one goroutine posts and defers complete in one order.
func (d *Dispatcher) Defer(op *Operation) {
	if d.journal != nil {
		d.Post(op) // with a journal there is no leader
		return
	}
	d.begin(op, KindPost)
	d.mu.Lock()
	if !d.mayDeferLocked() {
		d.completeAndUnlock(&op.op, nil)
		return
	}
	op.op.Err = nil
	d.posted.Push(&op.op)
	d.mu.Unlock()
}

// completeAndUnlock gives the dispatcher an operation that has completed with err.
// mu is held; it is released.
func (d *Dispatcher) completeAndUnlock(op *backend.Op, err error) {
	closed := d.closed.Load()
	op.Err = err // if d is closed, nil becomes ErrClosed: see collectForClose
	d.posted.Push(op)
	d.mu.Unlock()
	if closed {
		d.completeAfterClose()
		return
	}
	d.wake()
}

// completeLocked puts op, completed with err, where the next round finds it. The
// caller wakes the dispatcher.
func (d *Dispatcher) completeLocked(op *Operation, err error) {
	op.op.Err = err
	d.posted.Push(&op.op)
}

// wake ends a Wait in progress. If there is none, it costs one load.
func (d *Dispatcher) wake() {
	if d.parked.Load() && d.parked.CompareAndSwap(true, false) && !d.reclaimIfUnattended() {
		d.backend.Wake()
	}
}

// interrupt ends a Wait in progress, or else keeps the next one from waiting.
func (d *Dispatcher) interrupt() {
	d.mu.Lock()
	d.skipWait = true
	d.mu.Unlock()
	d.wake()
}

// Stop makes Run return nil, and RunOne return ErrStopped, before the next handler
// is called. If no Run is in progress, the next one returns at once. Completions
// that wait are dispatched when d is run again.
func (d *Dispatcher) Stop() {
	if d.journal != nil && d.journal.Ask(nil, "stop", d.Stop) {
		return
	}
	d.stopping.Store(true)
	d.interrupt()
}

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
