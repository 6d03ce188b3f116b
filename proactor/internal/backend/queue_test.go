package backend

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
)

// contents returns the operations of q, and checks its links.
func contents(t *testing.T, q *Queue) []*Op {
	t.Helper()
	var list []*Op
	for op := q.head; op != nil; op = op.Next {
		list = append(list, op)
	}
	if len(list) > 0 && q.tail != list[len(list)-1] {
		t.Fatal("the tail is not the last")
	}
	return list
}

// TestQueueAgainstSlice applies the same calls to a queue and to a slice.
func TestQueueAgainstSlice(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	ops := make([]Op, 8)
	var q, other Queue
	var model []*Op
	for range 20_000 {
		op := &ops[rng.IntN(len(ops))]
		at := slices.Index(model, op)
		switch k := rng.IntN(4); {
		case k == 0 && at < 0:
			if first := q.Push(op); first != (len(model) == 0) {
				t.Fatalf("Push said %v", first)
			}
			model = append(model, op)
		case k == 1:
			if got := q.Remove(op); got != (at >= 0) {
				t.Fatalf("Remove said %v", got)
			}
			if at >= 0 {
				model = slices.Delete(model, at, at+1)
			}
		case k == 2:
			got := q.Pop()
			if len(model) == 0 {
				if got != nil {
					t.Fatal("Pop of an empty queue")
				}
				break
			}
			if got != model[0] || got.Next != nil {
				t.Fatal("Pop did not return the head alone")
			}
			model = model[1:]
		case k == 3:
			other.Append(&q) // to another queue and back
			q.Append(&other)
		}
		if !slices.Equal(contents(t, &q), model) {
			t.Fatalf("queue %v, model %v", contents(t, &q), model)
		}
		if q.Empty() != (len(model) == 0) {
			t.Fatal("Empty is wrong")
		}
	}
}

func TestQueueTake(t *testing.T) {
	var q Queue
	a, b := new(Op), new(Op)
	q.Push(a)
	q.Push(b)
	if list := q.Take(); list != a || a.Next != b || b.Next != nil || !q.Empty() || q.Take() != nil {
		t.Error("Take did not return everything, in order")
	}
}

func TestCompletions(t *testing.T) {
	const adders, each = 4, 500
	var c Completions
	var all sync.WaitGroup
	for range adders {
		all.Go(func() {
			for range each {
				c.Add(new(Op))
			}
		})
	}
	n := 0
	for n < adders*each {
		for op := c.Take(); op != nil; op = op.Next {
			n++
		}
	}
	all.Wait()
	if !c.Empty() || !c.Add(new(Op)) || c.Add(new(Op)) {
		t.Error("Add says first when it is not, or not when it is")
	}
}

func TestDirection(t *testing.T) {
	for kind, want := range map[Kind]Direction{
		KindAccept: In, KindRead: In, KindReadV: In, KindWrite: Out, KindWriteV: Out,
	} {
		if got := kind.Direction(); got != want {
			t.Errorf("kind %v has direction %v", kind, got)
		}
	}
}
