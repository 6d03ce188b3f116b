package proactor

import (
	"context"
	"errors"
	"fmt"
	"runtime/pprof"
	"runtime/trace"
	"slices"
	"sync"
)

// open are the dispatchers of this process that have not been closed, in the
// order in which they were made, and the recording in progress.
var open struct {
	mu          sync.Mutex
	dispatchers []*Dispatcher
	recording   *Recording
	replay      func(number int) (ReplayOptions, error) // nil: each dispatcher's own
	replays     int
}

// Dispatchers returns those of this process that have not been closed, in the
// order in which they were made: for views of everything that is going on.
func Dispatchers() []*Dispatcher {
	open.mu.Lock()
	defer open.mu.Unlock()
	return slices.Clone(open.dispatchers)
}

// Number tells d from the others of this process: it is in the IDs of its
// operations. 0 if no record is kept.
func (d *Dispatcher) Number() int {
	if d.record == nil {
		return 0
	}
	return int(d.record.Number())
}

// enlist makes d one of the open dispatchers. It returns the options of its
// record: those of the recording in progress, or else its own.
func (d *Dispatcher) register(o RecordOptions) RecordOptions {
	open.mu.Lock()
	defer open.mu.Unlock()
	open.dispatchers = append(open.dispatchers, d)
	if r := open.recording; r != nil {
		r.dispatchers = append(r.dispatchers, d)
		return r.options
	}
	return o
}

// unregister takes d, closed, out.
func (d *Dispatcher) unregister() {
	open.mu.Lock()
	defer open.mu.Unlock()
	open.dispatchers = slices.DeleteFunc(open.dispatchers, func(o *Dispatcher) bool { return o == d })
}

// Recording keeps the records of all dispatchers that are made while it is in
// progress, beyond their ends.
type Recording struct {
	options     RecordOptions
	dispatchers []*Dispatcher
}

// StartRecording begins a recording. Dispatchers that are made from now on keep
// their records as o says, whatever their own options are. There is one recording
// at a time: it fails if another is in progress.
func StartRecording(o RecordOptions) (*Recording, error) {
	r := &Recording{options: o}
	open.mu.Lock()
	defer open.mu.Unlock()
	if open.recording != nil {
		return nil, errors.New("proactor: a recording is in progress already: stop that one first")
	}
	open.recording = r
	return r, nil
}

// Stop ends the recording and returns what the dispatchers have recorded, in the
// order of the operations' IDs.
func (r *Recording) Stop() []Record {
	open.mu.Lock()
	if open.recording == r {
		open.recording = nil
	}
	dispatchers := slices.Clone(r.dispatchers)
	open.mu.Unlock()
	return recordsOf(dispatchers)
}

// recordsOf returns the records of several dispatchers, sorted.
func recordsOf(dispatchers []*Dispatcher) []Record {
	var all []Record
	for _, d := range dispatchers {
		all = append(all, d.Records()...)
	}
	sortByID(all)
	return all
}

// ReplayAll has dispatchers that are made from now on write journals, or replay
// them, as of says, in place of their own Options.Replay (and of Options.Backend
// and Options.Sim, for a replay). of is called by New, with 1 for the first of them,
// 2 for the next, and so on; its error is New's. It ends when stop is called. There
// is one at a time: it fails if another is in progress.
func ReplayAll(of func(number int) (ReplayOptions, error)) (stop func(), err error) {
	open.mu.Lock()
	defer open.mu.Unlock()
	if open.replay != nil {
		return nil, errors.New("proactor: ReplayAll is in progress already: stop that one first")
	}
	open.replay, open.replays = of, 0
	return sync.OnceFunc(func() {
		open.mu.Lock()
		defer open.mu.Unlock()
		open.replay = nil
	}), nil
}

// replayAll makes o's journal that of ReplayAll, if there is one in progress.
func (o *Options) replayAll() (err error) {
	open.mu.Lock()
	defer open.mu.Unlock()
	if open.replay == nil {
		return nil
	}
	open.replays++
	if o.Replay, err = open.replay(open.replays); err != nil {
		return fmt.Errorf("proactor: the journal of dispatcher %d: %w", open.replays, err)
	}
	if o.Replay.From != nil {
		o.Backend, o.Sim = "", nil
	}
	return nil
}

// labels are goroutine labels for each kind of operation, which a processor
// profile tells handlers apart by: "operation" is the kind. They are made once.
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

// handle calls the handler of o: in a region of runtime/trace if a trace is being
// taken, and with labels for the profiler, if there are any. A nil labels just
// calls.
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
