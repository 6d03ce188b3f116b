package proactor

import (
	"errors"
	"slices"
	"sync"
)

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
func StartRecording(o RecordOptions) (stop func() []Record, err error) {
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
func (r *recording) stop() []Record {
	process.mu.Lock()
	if process.recording == r {
		process.recording = nil
	}
	dispatchers := slices.Clone(r.dispatchers)
	process.mu.Unlock()
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
