package record

import (
	"sync"
	"testing"
	"time"
)

// BenchmarkOperation measures the record of one operation that a handler starts, in
// a batch of ten, with its part of the reading of the clock.
func BenchmarkOperation(b *testing.B) {
	start := time.Now()
	clock := func() time.Duration { return time.Since(start) }
	b.Run("ticks", func(b *testing.B) {
		for b.Loop() {
			ticks()
		}
	})
	b.Run("clock", func(b *testing.B) {
		for b.Loop() {
			clock()
		}
	})
	for name, fine := range map[string]bool{"shared times": false, "fine times": true} {
		b.Run(name, func(b *testing.B) {
			r := New(Options{History: 1024, Fine: fine, Clock: clock})
			s := r.Begin(1, 1)
			n := 0
			b.ReportAllocs()
			for b.Loop() {
				if n++; n%10 == 0 {
					r.Round()
					s.Completed = r.Look()
				}
				f := r.Enter(s, 64, nil)
				next := r.Begin(1, 1)
				r.Leave(s, f, false)
				s = next
			}
		})
	}
}

// TestSnapshotDuringOperations takes snapshots while operations begin and end on several
// goroutines, each in its own handler.
func TestSnapshotDuringOperations(t *testing.T) {
	start := time.Now()
	r := New(Options{History: 8, Fine: true, Clock: func() time.Duration { return time.Since(start) }})
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			s := r.Begin(1, 1)
			for range 2000 {
				f := r.Enter(s, 1, nil)
				next := r.Begin(1, 1)
				if next.Parent != s.ID && next.Parent != 0 { // 0: the table was full
					t.Errorf("the parent of %x is %x, want %x", next.ID, next.Parent, s.ID)
				}
				r.Leave(s, f, false)
				s = next
			}
		})
	}
	for range 200 {
		live, history := r.Snapshot()
		if len(live) > 8 || len(history) > 8 {
			t.Fatalf("%d are live, %d are history", len(live), len(history))
		}
		for _, e := range history {
			if e.ID == 0 || e.N != 1 || e.Initiated > e.Dispatched || e.Dispatched > e.Returned {
				t.Fatalf("history is %+v", e)
			}
		}
	}
	all.Wait()
	if live, history := r.Snapshot(); len(live) != 4 || len(history) != 8 {
		t.Errorf("%d are live, %d are history", len(live), len(history))
	}
}

// TestManyHandlers checks that no handler gets the entry of another when the table
// is full.
func TestManyHandlers(t *testing.T) {
	start := time.Now()
	r := New(Options{History: 1, Fine: true, Clock: func() time.Duration { return time.Since(start) }})
	const many = 2000
	var inside, all sync.WaitGroup
	inside.Add(many)
	for range many {
		all.Go(func() {
			s := r.Begin(1, 0)
			f := r.Enter(s, 0, nil)
			inside.Done()
			inside.Wait()
			child := r.Begin(1, 0)
			if child.Parent != 0 && child.Parent != s.ID {
				t.Errorf("the parent of %x is %x, want %x", child.ID, child.Parent, s.ID)
			}
			r.Leave(child, r.Enter(child, 0, nil), false)
			r.Leave(s, f, false)
		})
	}
	all.Wait()
	for i := range runnings {
		if runnings[i].owner.Load() != 0 {
			t.Fatal("an entry was not released")
		}
	}
}

func TestNoAllocation(t *testing.T) {
	r := New(Options{History: 4, Virtual: true, Clock: func() time.Duration { return 1 }})
	turn := func() {
		s := r.Begin(1, 0)
		r.Leave(s, r.Enter(s, 0, nil), false)
	}
	turn()
	if n := testing.AllocsPerRun(100, turn); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestClock: readings of the counter become times of the clock.
func TestClock(t *testing.T) {
	start := time.Now()
	c := newClock(func() time.Duration { return time.Since(start) }, false)
	const tolerance = 10 * time.Millisecond // another process may run between two readings
	for range 100 {
		before := time.Since(start)
		reading := c.read()
		after := time.Since(start)
		if at := c.times()(reading); at < before-tolerance || at > after+tolerance {
			t.Fatalf("read at %v, after %v and before %v", at, before, after)
		}
	}
	if c := newClock(func() time.Duration { return 7 }, true); c.read() != 7 || c.times()(7) != 7 {
		t.Error("a virtual clock is not what is read")
	}
}
