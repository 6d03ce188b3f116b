package proactor

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"runtime/pprof"
	"runtime/trace"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/actum-go/actum/proactor/internal/record"
)

// The causal record says of each operation where it was started, by which handler,
// when it passed each step, and with which result. Records lists operations; Pending
// lists those that are outstanding, each with the chain of operations that led to
// it.

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

// OperationID names one start of an operation within this process. An Operation that
// is reused has another ID for each start.
type OperationID uint64

// String is the number of the dispatcher, and the number of the operation on it.
func (id OperationID) String() string {
	d, n := record.Split(uint64(id))
	return fmt.Sprintf("%d.%d", d, n)
}

// Dispatcher is the number of the operation's dispatcher within this process.
func (id OperationID) Dispatcher() int {
	d, _ := record.Split(uint64(id))
	return int(d)
}

// Site is a place in the source.
type Site struct {
	Function string // with the path of its package
	File     string
	Line     int
}

// String is short: the file without its folders, the function without those of its
// package.
func (s Site) String() string {
	if s.File == "" {
		return "?"
	}
	return path.Base(s.File) + ":" + strconv.Itoa(s.Line) + " " + path.Base(s.Function)
}

// Record is what is known about one operation. Times of steps that it has not
// reached are zero.
type Record struct {
	ID     OperationID
	Parent OperationID // the operation whose handler started it; 0: no handler did, or it is not known
	Kind   Kind
	Handle uint32 // the number of its Handle within this process; 0: none
	// Sites are the place where it was started and its innermost callers, the innermost
	// first. Empty: not known.
	Sites []Site

	Initiated  time.Time // the initiator started it
	Submitted  time.Time // it was handed to the backend, or to the dispatcher's own lists
	Completed  time.Time // the dispatcher got the completion
	Dispatched time.Time // its handler was called
	Returned   time.Time // its handler returned

	N        int
	Err      error
	Panicked bool // the handler did not return, but panicked
}

// Site is where the operation was started.
func (r *Record) Site() Site {
	if len(r.Sites) == 0 {
		return Site{}
	}
	return r.Sites[0]
}

// What is the kind of the operation, with the number of its handle.
func (r *Record) What() string {
	if r.Handle == 0 {
		return r.Kind.String()
	}
	return r.Kind.String() + " #" + strconv.Itoa(int(r.Handle))
}

// State is "outstanding", "in its handler" or "done".
func (r *Record) State() string {
	switch {
	case !r.Returned.IsZero():
		return "done"
	case !r.Dispatched.IsZero():
		return "in its handler"
	}
	return "outstanding"
}

// String is one line: kind, place, state.
func (r *Record) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v %s at %v, %s", r.ID, r.What(), r.Site(), r.State())
	if !r.Returned.IsZero() {
		fmt.Fprintf(&b, ", %d bytes", r.N)
		if r.Err != nil {
			fmt.Fprintf(&b, ", %v", r.Err)
		}
	}
	return b.String()
}

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
	defer trace.StartRegion(ctx, "proactor: "+k.String()).End()
	o.Handler.HandleCompletion(o)
}

// Records returns the records of d's operations, in the order in which they were
// started: those that are outstanding, and the last of those that are done. It may
// be called from any goroutine, also after Close.
func (d *Dispatcher) Records() []Record {
	live, history := d.record.Snapshot()
	all := make([]Record, 0, len(live)+len(history))
	sites := record.Sites{}
	for _, list := range [][]record.Entry{history, live} {
		for i := range list {
			all = append(all, d.publish(&list[i], sites))
		}
	}
	sortByID(all)
	return all
}

// publish makes a Record of a recorder's entry.
func (d *Dispatcher) publish(e *record.Entry, sites record.Sites) Record {
	at := func(t time.Duration, reached bool) time.Time {
		if !reached {
			return time.Time{}
		}
		return d.epoch.Add(t)
	}
	done := !e.Live
	r := Record{
		ID: OperationID(e.ID), Parent: OperationID(e.Parent), Kind: Kind(e.Kind), Handle: e.Handle,
		Initiated: at(e.Initiated, true), Submitted: at(e.Submitted, done), Completed: at(e.Completed, done),
		Dispatched: at(e.Dispatched, done || e.Running), Returned: at(e.Returned, done), N: e.N, Err: e.Err, Panicked: e.Panicked,
	}
	for _, f := range sites.Frames(e.PCs) {
		r.Sites = append(r.Sites, Site{f.Function, f.File, f.Line})
	}
	return r
}

func sortByID(records []Record) {
	slices.SortFunc(records, func(a, b Record) int { return cmp.Compare(a.ID, b.ID) })
}

// Pending is an operation that is outstanding, or whose handler runs, with the
// operations that led to it.
type Pending struct {
	Record
	Age time.Duration // since it was initiated
	// Chain is its ancestors: the operation in whose handler it was started, the one in
	// whose handler that was started, and so on. The last one was started by no handler,
	// or, if Forgotten is set, its parent is not in the record any more.
	Chain     []Record
	Forgotten bool
}

// chainShown is the number of operations of a chain that String shows.
const chainShown = 8

// String is one line for the operation, and one for each operation that led to it.
// The middle of a long chain, where loops repeat, is left out.
func (p *Pending) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v, for %v", &p.Record, p.Age.Round(time.Microsecond))
	for i := range p.Chain {
		if left := len(p.Chain) - i; i >= chainShown && left > 1 {
			if i == chainShown {
				fmt.Fprintf(&b, "\n    ... %d more", left-1)
			}
			continue
		}
		fmt.Fprintf(&b, "\n    from %v", &p.Chain[i])
	}
	if p.Forgotten {
		b.WriteString("\n    from what the record has forgotten")
	}
	return b.String()
}

// Pending returns the operations that are outstanding, the oldest first, with the
// operations that led to them. It may be called from any goroutine, also while a
// handler hangs. It is nil if no record is kept.
func (d *Dispatcher) Pending() []Pending {
	if d.record == nil {
		return nil
	}
	now, number := d.epoch.Add(d.backend.Now()), d.Number()
	return pending(d.visibleRecords(), func(r *Record) (time.Time, bool) { return now, r.ID.Dispatcher() == number })
}

// pending picks the operations that are not done from records, which are sorted. of
// reports whether an operation is wanted, and the time on its dispatcher's clock.
func pending(records []Record, of func(*Record) (time.Time, bool)) []Pending {
	var list []Pending
	for i := range records {
		r := &records[i]
		now, ok := of(r)
		if !ok || !r.Returned.IsZero() {
			continue
		}
		p := Pending{Record: *r, Age: now.Sub(r.Initiated)}
		p.Chain, p.Forgotten = chain(records, r.Parent)
		list = append(list, p)
	}
	slices.SortStableFunc(list, func(a, b Pending) int { return a.Initiated.Compare(b.Initiated) })
	return list
}

// chain follows the parents, from id on.
func chain(records []Record, id OperationID) (list []Record, forgotten bool) {
	for id != 0 {
		i, ok := find(records, id)
		if !ok {
			return list, true
		}
		list = append(list, records[i])
		id = records[i].Parent
	}
	return list, false
}

// pendingOf is the operation with that ID, done or not, with its chain. If the
// record has forgotten it, only the ID is set.
func (d *Dispatcher) pendingOf(id OperationID) Pending {
	all := d.visibleRecords()
	i, ok := find(all, id)
	if !ok {
		return Pending{Record: Record{ID: id}, Forgotten: true}
	}
	p := Pending{Record: all[i], Age: d.epoch.Add(d.backend.Now()).Sub(all[i].Initiated)}
	p.Chain, p.Forgotten = chain(all, p.Parent)
	return p
}

// visibleRecords are the records of d and of all open dispatchers, because a chain
// may lead through several.
func (d *Dispatcher) visibleRecords() []Record {
	all := Dispatchers()
	if !slices.Contains(all, d) {
		all = append(all, d)
	}
	return recordsOf(all)
}

// find returns the index of the record with that ID.
func find(records []Record, id OperationID) (int, bool) {
	return slices.BinarySearchFunc(records, id, func(r Record, id OperationID) int { return cmp.Compare(r.ID, id) })
}
