package proactor

import (
	"context"
	"errors"
	"runtime/pprof"
	runtimetrace "runtime/trace"
	"slices"
	"sync/atomic"
	"time"

	"github.com/actum-go/actum/proactor/internal/record"
	"github.com/actum-go/actum/proactor/trace"
)

// The causal record says of each operation where it was started, by which handler,
// when it passed each step, and with which result. In this order: how a dispatcher
// keeps it, what it says (Records, Pending), and a recording of the whole process.

// RecordOptions configure the causal record of a dispatcher's operations: where each
// was started, in which handler, when it passed each step, and its result. See
// [Dispatcher.Records] and [Dispatcher.Pending].
type RecordOptions struct {
	// Off turns the record off.
	Off bool
	// History is the number of finished operations that are kept, the last ones. 0 means
	// 1024, which use up to 200 KiB. The most is 16 million.
	History int
	// FineTimes reads the clock for each time of each operation. Otherwise an operation
	// that a handler starts has the time at which the handler was called, and
	// completions that arrive together share one time. The times of a pool are always
	// fine.
	FineTimes bool
	// Labels makes each handler run with goroutine labels for CPU profiles
	// (operation=read and so on; the goroutine loses its other labels), and in a region
	// of runtime/trace while a trace is being taken.
	Labels bool
}

const (
	defaultHistory = 1024
	maxHistory     = 16_000_000
)

// setUpRecord begins d's record. Simulated runs begin in 1970, so that their records
// are the same each time.
func (d *Dispatcher) setUpRecord(o RecordOptions) {
	if o.Off {
		return
	}
	if o.Labels {
		d.labels = newLabels()
	}
	history := o.History
	if history == 0 {
		history = defaultHistory
	}
	virtual := d.info.Name == "sim" || d.info.Name == "replay"
	journal := d.journal != nil             // its clock stands still between two Waits
	fine := o.FineTimes || d.workers != nil // shared clock readings need a single dispatching goroutine
	d.record = record.New(record.Options{History: history, Fine: fine, Clock: d.backend.Now, Virtual: virtual || journal})
	d.epoch = time.Unix(0, 0).UTC()
	if !virtual {
		d.epoch = time.Now().Add(-d.backend.Now())
	}
}

// handles is the number of handles of this process on which an operation was
// started.
var handles atomic.Uint32

// recordNumber is h's number, which it gets at the first call.
func (h *Handle) recordNumber() uint32 {
	if n := h.number.Load(); n != 0 {
		return n
	}
	h.number.CompareAndSwap(0, handles.Add(1))
	return h.number.Load()
}

// recordStart begins the record of an operation that is about to go to the backend.
func (d *Dispatcher) recordStart(o *Operation) {
	handle := o.handle
	if o.op.Handle == nil {
		handle = 0
	}
	o.slot = d.record.Begin(uint8(o.kind), handle)
	d.checks.started(o)
}

// call calls the handler of o, whose record is s.
func (d *Dispatcher) call(o *Operation, s *record.Slot) {
	f := d.record.Enter(s, o.op.N, o.op.Err)
	d.checks.entered(s)
	panicked := true
	defer func() {
		d.checks.left(s)
		d.record.Leave(s, f, panicked)
	}()
	d.labels.handle(o)
	panicked = false
}

// labels are the goroutine labels of each kind of operation, by which a CPU profile
// tells handlers apart: "operation" is the kind. They are made once.
type labels [256]context.Context

func newLabels() *labels {
	var l labels
	for k := range l {
		if name := Kind(k).String(); name != KindNone.String() {
			l[k] = pprof.WithLabels(context.Background(), pprof.Labels("operation", name))
		}
	}
	return &l
}

// handle calls the handler of o, with labels for the profiler, and in a region of
// runtime/trace if a trace is being taken. A nil labels only calls the handler.
func (l *labels) handle(o *Operation) {
	if l == nil {
		o.Handler.HandleCompletion(o)
		return
	}
	k := o.Kind()
	ctx := l[k]
	if ctx == nil {
		ctx = context.Background()
	}
	pprof.SetGoroutineLabels(ctx)
	defer pprof.SetGoroutineLabels(context.Background())
	defer runtimetrace.StartRegion(ctx, "proactor: "+k.String()).End()
	o.Handler.HandleCompletion(o)
}

// Records returns the records of d's operations, in the order in which they were
// started: those that are outstanding, and the last of those that are done. It may
// be called from any goroutine, also after Close.
func (d *Dispatcher) Records() []trace.Record {
	live, history := d.record.Snapshot()
	all := make([]trace.Record, 0, len(live)+len(history))
	sites := record.Sites{}
	for _, list := range [][]record.Entry{history, live} {
		for i := range list {
			all = append(all, d.publish(&list[i], sites))
		}
	}
	trace.Sort(all)
	return all
}

// publish makes a trace.Record of a recorder's entry.
func (d *Dispatcher) publish(e *record.Entry, sites record.Sites) trace.Record {
	at := func(t time.Duration, reached bool) time.Time {
		if !reached {
			return time.Time{}
		}
		return d.epoch.Add(t)
	}
	done := !e.Live
	r := trace.Record{
		ID: trace.OperationID(e.ID), Parent: trace.OperationID(e.Parent), Kind: Kind(e.Kind).String(), Handle: e.Handle,
		Initiated: at(e.Initiated, true), Submitted: at(e.Submitted, done), Completed: at(e.Completed, done),
		Dispatched: at(e.Dispatched, done || e.Running), Returned: at(e.Returned, done), N: e.N, Err: e.Err, Panicked: e.Panicked,
	}
	for _, f := range sites.Frames(e.PCs) {
		r.Sites = append(r.Sites, trace.Site{Function: f.Function, File: f.File, Line: f.Line})
	}
	return r
}

// Pending returns the operations that are outstanding, the oldest first, with the
// operations that led to them. It may be called from any goroutine, also while a
// handler hangs. It is nil if no record is kept.
func (d *Dispatcher) Pending() (list []trace.Pending) {
	if d.record == nil {
		return nil
	}
	now, number, records := d.epoch.Add(d.backend.Now()), d.Number(), d.visibleRecords()
	for _, r := range records {
		if r.ID.Dispatcher() == number && r.Returned.IsZero() {
			list = append(list, trace.NewPending(r, now, records))
		}
	}
	slices.SortStableFunc(list, func(a, b trace.Pending) int { return a.Initiated.Compare(b.Initiated) })
	return list
}

// pendingOf is the operation with that ID, done or not, with its chain. If the
// record has forgotten it, only the ID is set.
func (d *Dispatcher) pendingOf(id trace.OperationID) trace.Pending {
	records := d.visibleRecords()
	r, ok := trace.Find(records, id)
	if !ok {
		return trace.Pending{Record: trace.Record{ID: id}, Forgotten: true}
	}
	return trace.NewPending(*r, d.epoch.Add(d.backend.Now()), records)
}

// visibleRecords are the records of d and of all open dispatchers, because a chain
// may lead through several.
func (d *Dispatcher) visibleRecords() []trace.Record {
	all := Dispatchers()
	if !slices.Contains(all, d) {
		all = append(all, d)
	}
	return recordsOf(all)
}

// recording keeps the records of all dispatchers that are made while it is in
// progress, also after these are closed.
type recording struct {
	options     RecordOptions
	dispatchers []*Dispatcher
}

// StartRecording makes the records of dispatchers that are made from now on follow o
// instead of their own options, until stop is called. stop returns these records, also
// those of dispatchers that are closed by then, in the order of the operations' IDs. If
// a recording is in progress already, StartRecording fails.
func StartRecording(o RecordOptions) (stop func() []trace.Record, err error) {
	r := &recording{options: o}
	process.mu.Lock()
	defer process.mu.Unlock()
	if process.recording != nil {
		return nil, errors.New("proactor: a recording is in progress already: stop that one first")
	}
	process.recording = r
	return r.stop, nil
}

// stop ends the recording.
func (r *recording) stop() []trace.Record {
	process.mu.Lock()
	if process.recording == r {
		process.recording = nil
	}
	dispatchers := slices.Clone(r.dispatchers)
	process.mu.Unlock()
	return recordsOf(dispatchers)
}

// recordsOf returns the records of several dispatchers, sorted.
func recordsOf(dispatchers []*Dispatcher) []trace.Record {
	var all []trace.Record
	for _, d := range dispatchers {
		all = append(all, d.Records()...)
	}
	trace.Sort(all)
	return all
}
