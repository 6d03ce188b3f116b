package proactor

import (
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/actum-go/actum/internal/logqueue"
	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/record"
)

// Dispatcher is the completion dispatcher: it waits for operations to complete
// and calls their handlers. All its methods may be called from any goroutine.
// One goroutine at a time dispatches, unless [Options.Pool] says that several do.
type Dispatcher struct {
	backend backend.Backend
	info    BackendInfo

	// turn is held by whoever calls handlers: Run, RunOne, Poll, Close.
	turn      sync.Mutex
	goroutine atomic.Uintptr // the goroutine that has the turn, or works for the one that has; 0: none
	// due and done are what has completed and is still to be dispatched: posts
	// and timers, and what the backend handed back. turn covers them.
	runnable  backend.Queue
	completed *backend.Op
	polled    bool // the last round has asked the backend
	// ranked says that due and done go through ready, which knows priorities: some
	// operation has one, or a pool dispatches. It is never taken back.
	prioritized atomic.Bool
	runQueue    runQueue
	workers     *workers      // the pool; nil if one goroutine dispatches
	locked      bool          // that goroutine is tied to its thread
	thread      *lockedThread // who dispatches and waits, with WaitLocked; nil: whoever has the turn

	load     atomic.Int64  // open handles
	cancels  atomic.Uint32 // how often CancelAll was called
	stopping atomic.Bool   // Stop was called and no Run has answered yet
	closed   atomic.Bool   // Close was called; set while mu is held
	ended    bool          // and has done its work; with the turn

	// mu covers what initiators hand over. It is held for a few instructions.
	mu           sync.Mutex
	posted       backend.Queue // completed without I/O, in the order of posting
	timers       timerHeap
	external     settingsSet  // outstanding elsewhere than in a backend or the heap: see cancelExternalLocked
	signalSets   []*SignalSet // the open ones
	externalDone sync.Cond    // for Close: a user-defined operation has completed; with mu
	// hurry makes the next Wait not wait at all.
	skipWait bool

	// parked says that the dispatching goroutine is in Wait, or on its way, and
	// has to be woken by whoever gives it something to do. It is set while mu is
	// held and there is nothing to do: who comes later sees it. Who wakes clears
	// it, so that only one pays.
	parked atomic.Bool

	backoff backoff // of accepts that have run out of descriptors: see backoff.go

	lead leadership // who dispatches while Run is in progress: see lead.go

	journal journal          // nil: none is written or replayed
	record  *record.Recorder // nil: none is kept
	epoch   time.Time        // when Now was 0, for the record
	labels  *labels          // nil: none
	checks  *checker         // nil: none
	logger  *slog.Logger     // queues what it is given; nil: silent
}

// New makes a dispatcher. Nothing happens before Run, RunOne or Poll is called.
// It must be closed.
func New(o Options) (*Dispatcher, error) {
	if err := o.replayAll(); err != nil {
		return nil, err
	}
	if err := o.validate(); err != nil {
		return nil, err
	}
	o.Logger = logqueue.Wrap(o.Logger)
	defer logqueue.Flush(o.Logger)
	var home *lockedThread
	if o.WaitMode == WaitLocked {
		home = newLockedThread()
	}
	var b backend.Backend
	var info BackendInfo
	var err error
	home.do(func() { b, info, err = openBackend(&o) })
	if err != nil {
		home.exit()
		return nil, err
	}
	d := &Dispatcher{backend: b, info: info, thread: home, locked: o.Pool.LockThreads}
	d.logger, d.backoff.logger = o.Logger, o.Logger
	if pool := o.Pool.normal(); pool.Max > 1 {
		d.workers = newWorkers(pool)
		d.prioritized.Store(true)
	}
	d.journal, _ = b.(journal)
	d.setUpRecord(o.Record)
	d.checks = newChecker(d, &o)
	return d, nil
}

// Backend says what d stands on, and why it is not something better.
func (d *Dispatcher) Backend() BackendInfo { return d.info }

// Load is how many handles are open on d.
func (d *Dispatcher) Load() int { return int(d.load.Load()) }

// Now is the clock that timers run on: the time since some moment in the past,
// never going back. Under the sim backend it is virtual.
func (d *Dispatcher) Now() time.Duration { return d.backend.Now() }

// Stop makes Run return nil, and RunOne ErrStopped, before the next handler is
// called. Without a Run in progress the next one returns at once. What has
// completed is dispatched when d is run again.
func (d *Dispatcher) Stop() {
	if d.journal != nil && d.journal.Ask(nil, "stop", d.Stop) {
		return
	}
	d.stopping.Store(true)
	d.interrupt()
}

// interrupt ends a Wait in progress, or else keeps the next one from waiting.
func (d *Dispatcher) interrupt() {
	d.mu.Lock()
	d.skipWait = true
	d.mu.Unlock()
	d.wake()
}

// wake ends a Wait in progress. It costs one load if there is none.
func (d *Dispatcher) wake() {
	if d.parked.Load() && d.parked.CompareAndSwap(true, false) && !d.reclaimIfUnattended() {
		d.backend.Wake()
	}
}

// Post completes op without any I/O: its handler is called by the dispatcher.
// It is how another goroutine has something done there. Operations posted by
// one goroutine complete in that order. It wakes the dispatcher only if that is
// waiting.
func (d *Dispatcher) Post(op *Operation) {
	d.begin(op, KindPost)
	if d.journal != nil && d.ask(op, func() { d.mu.Lock(); d.completeAndUnlock(&op.op, nil) }) {
		return
	}
	d.mu.Lock()
	d.completeAndUnlock(&op.op, nil)
}

// Defer is Post for work that may wait until the goroutine that led last is back
// ([Dispatcher.Lead]). Post has the goroutine inside Run take the dispatcher over,
// which wakes a thread. After Defer the operation completes when the leader leads
// again, and there is nothing to wake; if it does not, then within 5 ms. Leaders that
// stay away for longer than 0.3 ms are noticed: then, and whenever no leader is
// expected, Defer is Post.
//
// It is meant for what a goroutine gives the dispatcher between two waits, and
// would do itself before the second one. Operations that a goroutine posts and
// defers complete in one order.
func (d *Dispatcher) Defer(op *Operation) {
	if d.journal != nil {
		d.Post(op) // nobody leads
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

// hand gives the dispatcher an operation that has completed with err. mu is
// held, and released.
func (d *Dispatcher) completeAndUnlock(op *backend.Op, err error) {
	closed := d.closed.Load()
	if closed && err == nil {
		err = ErrClosed
	}
	op.Err = err
	d.posted.Push(op)
	d.mu.Unlock()
	if closed {
		d.completeAfterClose()
		return
	}
	d.wake()
}
