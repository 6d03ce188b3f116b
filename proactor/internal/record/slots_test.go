package record

import (
	"errors"
	"slices"
	"testing"
	"time"
)

// The moment at which both clocks are read is the middle of the shortest of three
// attempts, the first of equal ones.
func TestReadBoth(t *testing.T) {
	for _, tt := range []struct {
		readings []time.Duration
		want     time.Duration
	}{
		{[]time.Duration{0, 100, 200, 210, 300, 350}, 205},
		{[]time.Duration{0, 10, 200, 210, 300, 310}, 5},
		{[]time.Duration{0, 100, 200, 300, 300, 310}, 305},
	} {
		left := tt.readings
		c := clock{now: func() time.Duration {
			first := left[0]
			left = left[1:]
			return first
		}}
		if now, _ := c.readBoth(); now != tt.want || len(left) > 0 {
			t.Errorf("%v: %v, want %v; %d readings are left", tt.readings, now, tt.want, len(left))
		}
	}
}

// Goroutines, whose addresses are far apart and alike in their low bits, have entries
// of their own. One whose places are all taken has none, and neither has one that is
// not known.
func TestEntriesOfGoroutines(t *testing.T) {
	var claimed []*running
	defer func() {
		for _, p := range claimed {
			p.owner.Store(0)
		}
	}()
	claimOne := func(g uintptr) *running {
		p := claim(g)
		if p != nil {
			claimed = append(claimed, p)
		}
		return p
	}
	const many = 64
	without := 0
	for i := range uintptr(many) {
		g := 0xc0000000 + i*0x1c0
		p := claimOne(g)
		if p == nil {
			without++
		}
		if current(g) != p {
			t.Errorf("%x is not found where it is", g)
		}
	}
	if without > many/8 {
		t.Errorf("%d of %d goroutines have no entry", without, many)
	}
	for _, p := range claimed {
		p.owner.Store(0)
	}
	claimed = nil
	var alike []uintptr
	for g := uintptr(8); len(alike) <= probes; g += 8 {
		if first(g) == first(8) {
			alike = append(alike, g)
		}
	}
	for i, g := range alike {
		if p := claimOne(g); (p != nil) != (i < probes) || current(g) != p {
			t.Errorf("goroutine %d with the same first place: %v, found %v", i+1, p, current(g))
		}
	}
	if claim(0) != nil || current(0) != nil {
		t.Error("a goroutine that is not known has an entry")
	}
}

// A record of an operation has nothing of the one that had its slot before, and an
// operation is running between the call and the return of its handler.
func TestSlotsAreReused(t *testing.T) {
	r := New(Options{History: 1, Virtual: true, Clock: new(stepping).read})
	if dispatcher, _ := Split(r.Begin(1, 0).ID); dispatcher != r.Number() {
		t.Errorf("the operation is that of dispatcher %d, not %d", dispatcher, r.Number())
	}
	failed := errors.New("failed")
	used := map[*Slot]int{}
	for n := 2; n <= 5; n++ {
		s := r.Begin(uint8(n), uint32(10*n))
		used[s]++
		if _, operation := Split(s.ID); operation != uint64(n) {
			t.Errorf("operation %d has number %d", n, operation)
		}
		if s.N != 0 || s.Err != nil || s.Submitted != 0 || s.Completed != 0 || s.Returned != 0 || s.Panicked {
			t.Errorf("operation %d begins with %+v", n, s)
		}
		running := func() bool {
			live, _ := r.Snapshot()
			i := slices.IndexFunc(live, func(e Entry) bool { return e.ID == s.ID })
			if i < 0 || live[i].Kind != uint8(n) || live[i].Handle != uint32(10*n) || !live[i].Live {
				t.Fatalf("operation %d is not among %+v", n, live)
			}
			return live[i].Running
		}
		if running() {
			t.Errorf("operation %d runs before its handler is called", n)
		}
		s.Submitted, s.Completed = 1000, 1000
		f := r.Enter(s, n, failed)
		if !running() {
			t.Errorf("operation %d does not run in its handler", n)
		}
		r.Leave(s, f, true)
		live, history := r.Snapshot()
		if len(live) != 1 || len(history) != 1 || history[0].ID != s.ID || history[0].N != n || history[0].Err != failed || !history[0].Panicked {
			t.Errorf("%+v are live, %+v have ended", live, history)
		}
	}
	if len(used) != 2 {
		t.Errorf("four operations had %d slots, want 2 in turn", len(used))
	}
}

// A completion of a multishot operation is recorded as a child of the one before it,
// with the same call site.
func TestAgain(t *testing.T) {
	r := New(Options{History: 2, Virtual: true, Clock: new(stepping).read})
	s := r.Begin(3, 7)
	next := r.Again(s)
	if next.Parent != s.ID || next.PCs != s.PCs || next.Kind != 3 || next.Handle != 7 || next.ID != s.ID+1 {
		t.Errorf("%+v follows %+v", next, s)
	}
	if r := New(Options{Clock: new(stepping).read}); r != nil {
		t.Error("nothing is to be kept, and there is a recorder")
	}
	var none *Recorder
	none.Round()
	if live, history := none.Snapshot(); live != nil || history != nil {
		t.Error("a recorder that is not there has records")
	}
}

// Dispatchers are numbered one after the other: their number is a part of the operations'
// IDs, which has room for 65,535.
func TestNumbersOfDispatchers(t *testing.T) {
	o := Options{History: 1, Virtual: true, Clock: new(stepping).read}
	first, second := New(o), New(o)
	if second.Number() != first.Number()+1 {
		t.Errorf("%d, and then %d", first.Number(), second.Number())
	}
}
