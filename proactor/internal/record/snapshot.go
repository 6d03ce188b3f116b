package record

import (
	"runtime"
	"time"
)

// Entry is a copy of a record.
type Entry struct {
	ID, Parent uint64
	PCs        PCs
	Handle     uint32
	Kind       uint8
	// A live operation has no result yet, and only the first of the times; a
	// running one also has Dispatched.
	Live, Running                                         bool
	Initiated, Submitted, Completed, Dispatched, Returned time.Duration
	N                                                     int
	Err                                                   error
	Panicked                                              bool
}

// Snapshot copies all records: the operations that are outstanding or whose
// handlers are running, and the history, the oldest first.
func (r *Recorder) Snapshot() (live, history []Entry) {
	if r == nil {
		return nil, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	times := r.clock.times()
	for _, chunk := range r.chunks {
		for i := range chunk {
			if s := &chunk[i]; s.live {
				at, running := s.dispatched()
				live = append(live, Entry{ID: s.ID, Parent: s.Parent, PCs: s.PCs, Handle: s.Handle, Kind: s.Kind,
					Live: true, Running: running, Initiated: times(s.Initiated), Dispatched: times(at)})
			}
		}
	}
	size := uint64(len(r.history))
	for at := r.finished - min(r.finished, size); at < r.finished; at++ {
		history = append(history, r.history[at%size].entry(times))
	}
	return live, history
}

// entry copies a record of the history.
func (s *Slot) entry(times func(time.Duration) time.Duration) Entry {
	at, _ := s.dispatched()
	return Entry{ID: s.ID, Parent: s.Parent, PCs: s.PCs, Handle: s.Handle, Kind: s.Kind,
		Initiated: times(s.Initiated), Submitted: times(max(s.Submitted, s.Initiated)), Completed: times(s.Completed),
		Dispatched: times(at), Returned: times(s.Returned),
		N: s.N, Err: s.Err, Panicked: s.Panicked}
}

// Sites resolves return addresses and caches the result.
type Sites map[PCs][]runtime.Frame

// Frames is PCs.Frames.
func (s Sites) Frames(p PCs) []runtime.Frame {
	frames, ok := s[p]
	if !ok {
		frames = p.Frames()
		s[p] = frames
	}
	return frames
}
