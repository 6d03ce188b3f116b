package proactor

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend/replay"
	"github.com/actum-go/actum/proactor/internal/record"
)

// RecordOptions are about the causal record of a dispatcher's operations: who
// started each, where, when what happened to it, and what came of it. See
// [Dispatcher.Records] and [Dispatcher.Pending].
type RecordOptions struct {
	// Off keeps none.
	Off bool
	// History is how many operations that are over are remembered, the last ones.
	// 0 means 1024, which take 200 KiB once there were as many. The most is 16 million.
	History int
	// FineTimes reads the clock for each time of each operation. Otherwise an
	// operation that a handler starts bears the time at which the handler was
	// called, and the completions that come together bear one time. A pool's times
	// are always fine.
	FineTimes bool
	// Labels makes each handler run with goroutine labels for processor profiles
	// (operation=read and so on; labels that the goroutine had are lost), and in a
	// region of runtime/trace while a trace is being taken.
	Labels bool
}

const (
	defaultHistory = 1024
	maxHistory     = 16_000_000
)

// OperationID names an operation within this process: a start of it, not the
// memory, which is used again.
type OperationID uint64

// String is the number of the dispatcher, and that of the operation there.
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

// String is short: the file without its folders, the function without those of
// its package.
func (s Site) String() string {
	if s.File == "" {
		return "?"
	}
	return path.Base(s.File) + ":" + strconv.Itoa(s.Line) + " " + path.Base(s.Function)
}

// Record is what is known of one operation. Times that have not come are zero.
type Record struct {
	ID     OperationID
	Parent OperationID // the operation whose handler started it; 0: none did, or it is not known
	Kind   Kind
	Handle uint32 // the number of its Handle within this process; 0: none
	// Sites are where it was started, and from where that was called: few, the
	// innermost first. None: not known.
	Sites []Site

	Initiated  time.Time // by the call that started it
	Submitted  time.Time // handed to what carries it out
	Completed  time.Time // seen by the dispatcher
	Dispatched time.Time // its handler was called
	Returned   time.Time // and returned

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

// State is how far the operation has come.
func (r *Record) State() string {
	switch {
	case !r.Returned.IsZero():
		return "done"
	case !r.Dispatched.IsZero():
		return "in its handler"
	}
	return "outstanding"
}

// String is a line: what, where, how far.
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

// Records returns what is known of d's operations, in the order in which they
// were started: those that are outstanding, and the last of those that are over.
// It may be called from any goroutine, also after Close.
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

// publish makes a Record of what the recorder has.
func (d *Dispatcher) publish(e *record.Entry, sites record.Sites) Record {
	at := func(t time.Duration, come bool) time.Time {
		if !come {
			return time.Time{}
		}
		return d.epoch.Add(t)
	}
	over := !e.Live
	r := Record{
		ID: OperationID(e.ID), Parent: OperationID(e.Parent), Kind: Kind(e.Kind), Handle: e.Handle,
		Initiated: at(e.Initiated, true), Submitted: at(e.Submitted, over), Completed: at(e.Completed, over),
		Dispatched: at(e.Dispatched, over || e.Running), Returned: at(e.Returned, over), N: e.N, Err: e.Err, Panicked: e.Panicked,
	}
	for _, f := range sites.Frames(e.PCs) {
		r.Sites = append(r.Sites, Site{f.Function, f.File, f.Line})
	}
	return r
}

// setUpRecord begins d's record. What is simulated happens in 1970, so that it
// looks the same each time.
func (d *Dispatcher) setUpRecord(o RecordOptions) {
	if o = d.register(o); o.Off {
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
	_, journal := d.backend.(*replay.Recorder) // whose clock stands between two Waits
	fine := o.FineTimes || d.workers != nil    // the shared reading is the one dispatching goroutine's
	d.record = record.New(record.Options{History: history, Fine: fine, Clock: d.backend.Now, Virtual: virtual || journal})
	d.epoch = time.Unix(0, 0).UTC()
	if !virtual {
		d.epoch = time.Now().Add(-d.backend.Now())
	}
}

// handles counts those that something was started on, in this process.
var handles atomic.Uint32

// recordNumber is h's number, given out when it is first asked for.
func (h *Handle) recordNumber() uint32 {
	if n := h.number.Load(); n != 0 {
		return n
	}
	h.number.CompareAndSwap(0, handles.Add(1))
	return h.number.Load()
}

// recordStart begins the record of what is about to go to the backend.
func (d *Dispatcher) recordStart(o *Operation) {
	handle := o.handle
	if o.op.Handle == nil {
		handle = 0
	}
	o.slot = d.record.Begin(uint8(o.kind), handle)
	d.checks.started(o)
}

// call calls the handler of o, whose record s is.
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

// Pending is an operation that is outstanding, or whose handler is running, with
// the operations that led to it.
type Pending struct {
	Record
	Age time.Duration // since it was initiated
	// Chain is what it comes from: the operation in whose handler it was started,
	// the one in whose handler that was started, and so on. It ends at one that no
	// handler started, or, if Forgotten, where the record does not go further back.
	Chain     []Record
	Forgotten bool
}

// chainShown is how much of a chain is shown by String.
const chainShown = 8

// String is a line for the operation, and one for each that led to it; long
// chains are cut in the middle, where loops repeat.
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

// Pending returns what is outstanding, the oldest first, and what led to it. It
// may be called from any goroutine, also while a handler hangs. It is nil if no
// record is kept.
func (d *Dispatcher) Pending() []Pending {
	if d.record == nil {
		return nil
	}
	now, number := d.epoch.Add(d.backend.Now()), d.Number()
	return pending(d.visibleRecords(), func(r *Record) (time.Time, bool) { return now, r.ID.Dispatcher() == number })
}

// pending picks those that are not over out of records, which are sorted. of
// tells whether one is asked for, and what time it is there.
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

// chain follows the parents.
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

func sortByID(records []Record) {
	slices.SortFunc(records, func(a, b Record) int { return cmp.Compare(a.ID, b.ID) })
}

// pendingOf is the operation of that ID, over or not, with its chain; without all
// of that if the record has forgotten it.
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

// visible are the records of d and of all open dispatchers: a chain may lead
// through several.
func (d *Dispatcher) visibleRecords() []Record {
	all := Dispatchers()
	if !slices.Contains(all, d) {
		all = append(all, d)
	}
	return recordsOf(all)
}

// find is where the record of that ID is.
func find(records []Record, id OperationID) (int, bool) {
	return slices.BinarySearchFunc(records, id, func(r Record, id OperationID) int { return cmp.Compare(r.ID, id) })
}
