package proactor

import (
	"testing"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// looks is a backend that counts how many times it was asked for completions.
type looks struct {
	backend.Backend
	n int
}

func (l *looks) Wait(deadline time.Duration) *backend.Op {
	l.n++
	return l.Backend.Wait(deadline)
}

// While each round has handlers to call, every second one looks for completions; Poll and
// a round without handlers always do.
func TestRoundsThatLook(t *testing.T) {
	for name, o := range map[string]Options{"one goroutine": {}, "priorities": {}, "off": {Record: RecordOptions{Off: true}}} {
		t.Run(name, func(t *testing.T) {
			d, err := New(o)
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			l := &looks{Backend: d.backend}
			d.backend = l
			prioritized := name == "priorities"
			d.prioritized.Store(prioritized)
			const rounds = 20
			called := 0
			op := Operation{Handler: HandlerFunc(func(*Operation) { called++ })}
			for range rounds {
				d.Post(&op)
				if n, err := d.RunOne(t.Context()); n != 1 || err != nil {
					t.Fatal(n, err)
				}
			}
			if want := map[bool]int{false: rounds / 2, true: rounds}[prioritized]; called != rounds || l.n != want {
				t.Errorf("%d rounds with %d handlers looked %d times, want %d", rounds, called, l.n, want)
			}
			l.n = 0
			for range rounds {
				if n, err := d.Poll(); n != 0 || err != nil {
					t.Fatal(n, err)
				}
			}
			if l.n != rounds {
				t.Errorf("%d calls of Poll looked %d times", rounds, l.n)
			}
			l.n = 0
			for range rounds {
				d.StartTimer(&op, time.Microsecond)
				if n, err := d.RunOne(t.Context()); n != 1 || err != nil {
					t.Fatal(n, err)
				}
			}
			if l.n < rounds/2 {
				t.Errorf("%d rounds that wait looked %d times", rounds, l.n)
			}
		})
	}
}

// A priority is passed over exactly maxPassed times in a row while higher ones wait.
func TestPassedOver(t *testing.T) {
	var r runQueue
	add := func(p Priority, n int) {
		var q backend.Queue
		for range n {
			op := new(Operation)
			op.op.Owner = op
			op.SetPriority(p)
			q.Push(&op.op)
		}
		r.add(q.Take())
	}
	if r.next() != nil {
		t.Error("an empty queue has an operation")
	}
	add(PriorityLow, 3)
	add(PriorityHigh, 30)
	for round := range 3 {
		for n := range maxPassed {
			if op := r.next(); op.Owner.(*Operation).priority != PriorityHigh {
				t.Fatalf("round %d: a lower one is dispatched after %d", round, n)
			}
		}
		if op := r.next(); op.Owner.(*Operation).priority != PriorityLow {
			t.Fatalf("round %d: it is passed over again", round)
		}
	}
	add(PriorityNormal, 9)
	add(PriorityLow, 1)
	var got []int
	for op := r.next(); op != nil; op = r.next() {
		got = append(got, op.Owner.(*Operation).priority.level())
	}
	if len(got) != 30-3*maxPassed+10 || r.n != 0 {
		t.Errorf("dispatched %v", got)
	}
	for level := range levels {
		if !r.queues[level].Empty() {
			t.Errorf("level %d is not empty", level)
		}
	}
}

// What was removed from a heap or a set is not kept reachable.
func TestRemovedIsNotKept(t *testing.T) {
	var h timerHeap
	ops := make([]Operation, 3)
	for i := range ops {
		h.push(&ops[i], 0)
	}
	var s settingsSet
	c := make([]settings, 3)
	for i := range c {
		s.add(&c[i], inGroup)
	}
	for i := range ops {
		h.remove(&ops[i])
		s.remove(&c[i], inGroup)
		s.remove(&c[i], inGroup) // has no effect
		if len(h) != 2-i || len(s) != 2-i || h[:3][2-i].op != nil || s[:3][2-i] != nil || ops[i].index != 0 || c[i].index[inGroup] != 0 {
			t.Errorf("after %d were removed: %v and %v", i+1, h[:3], s[:3])
		}
	}
}
