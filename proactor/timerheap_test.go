package proactor

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// TestTimerHeap pushes and removes at random: the root is the earliest, and every
// operation knows its index.
func TestTimerHeap(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	var h timerHeap
	ops := make([]Operation, 300)
	running := map[*Operation]time.Duration{}
	for range 8_000 {
		op := &ops[rng.IntN(len(ops))]
		_, runs := running[op]
		if runs != h.holds(op) {
			t.Fatal("holds is wrong")
		}
		if runs {
			h.remove(op)
			delete(running, op)
		} else {
			when := time.Duration(rng.IntN(50))
			if first := h.push(op, when); first != (h[0].op == op) {
				t.Fatalf("push reports %v, and the first timer is another one", first)
			}
			running[op] = when
		}
		if len(h) != len(running) {
			t.Fatalf("%d entries for %d timers", len(h), len(running))
		}
		if len(h) > 0 && h[0].when != earliest(running) {
			t.Fatalf("the root expires at %v, the first timer at %v", h[0].when, earliest(running))
		}
	}
	for i, e := range h {
		if int(e.op.index) != i+1 || running[e.op] != e.when {
			t.Errorf("index %d: the operation has index %d", i, e.op.index-1)
		}
	}
}

func earliest(running map[*Operation]time.Duration) time.Duration {
	return slices.Min(slices.Collect(maps.Values(running)))
}

// TestTimerHeapSorts empties a heap from the root.
func TestTimerHeapSorts(t *testing.T) {
	var h timerHeap
	for range 1000 {
		h.push(new(Operation), time.Duration(rand.IntN(100)))
	}
	last := time.Duration(0)
	for len(h) > 0 {
		if h[0].when < last {
			t.Fatalf("%v comes after %v", h[0].when, last)
		}
		last = h[0].when
		h.remove(h[0].op)
	}
}

func TestExpiry(t *testing.T) {
	const now = 5 * time.Second
	for _, test := range []struct{ after, want time.Duration }{
		{-1, now}, {0, now}, {1, now + 1}, {1<<63 - 1, 1<<63 - 2}, {1<<63 - 1 - now, 1<<63 - 2},
	} {
		if got := expiry(now, test.after); got != test.want {
			t.Errorf("a timer of %d expires at %d, want %d", test.after, got, test.want)
		}
	}
}

// One round expires a bounded number of timers, so that they do not starve everything
// else.
func TestTimersOfOneRound(t *testing.T) {
	d, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	called := 0
	ops := make([]Operation, timersPerRound+5)
	for i := range ops {
		ops[i].Handler = HandlerFunc(func(*Operation) { called++ })
		d.StartTimer(&ops[i], 0)
	}
	for _, want := range []int{timersPerRound, len(ops)} {
		if _, err := d.Poll(); err != nil {
			t.Fatal(err)
		}
		if called != want {
			t.Errorf("%d timers have expired, want %d", called, want)
		}
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}
