package sim

import (
	"container/heap"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// event fires at a given time. It is embedded in the object that it changes, so
// that scheduling allocates nothing.
type event struct {
	at    time.Duration
	seq   uint64 // events of the same time fire in the order in which they were scheduled
	index int    // 1 + index in the heap; 0: not scheduled
	owner interface{ fire(e *event) }
}

func (e *event) scheduled() bool { return e.index != 0 }

// events is a heap, earliest first.
type events struct {
	heap []*event
	seq  uint64
}

func (q *events) next() time.Duration {
	if len(q.heap) == 0 {
		return backend.NoDeadline
	}
	return q.heap[0].at
}

// schedule makes e fire at a time. e must not be scheduled.
func (n *Network) schedule(e *event, at time.Duration) {
	n.events.seq++
	e.at, e.seq = at, n.events.seq
	heap.Push(&n.events, e)
	switch {
	case n.clock == ClockSystem && n.events.heap[0] == e:
		n.signalAll() // a Wait that sleeps until a later event must look again
	case n.clock == ClockVirtual && n.parked == len(n.backends) && !n.jumping && n.parked > 0:
		n.backends[0].signal() // all backends are parked: one of them must advance the clock
	}
}

func (n *Network) unschedule(e *event) {
	if e.scheduled() {
		heap.Remove(&n.events, e.index-1)
	}
}

// fireDue fires the events that are due, and ends the Waits whose deadlines have
// passed.
func (n *Network) fireDue() {
	for n.events.next() <= n.now {
		e := heap.Pop(&n.events).(*event)
		e.owner.fire(e)
	}
	for _, b := range n.backends {
		if b.parked && b.deadline <= n.now {
			b.signal()
		}
	}
}

// The methods of heap.Interface.

func (q *events) Len() int { return len(q.heap) }

func (q *events) Less(i, j int) bool {
	a, b := q.heap[i], q.heap[j]
	return a.at < b.at || a.at == b.at && a.seq < b.seq
}

func (q *events) Swap(i, j int) {
	q.heap[i], q.heap[j] = q.heap[j], q.heap[i]
	q.heap[i].index, q.heap[j].index = i+1, j+1
}

func (q *events) Push(x any) {
	q.heap = append(q.heap, x.(*event))
	x.(*event).index = len(q.heap)
}

func (q *events) Pop() any {
	last := len(q.heap) - 1
	e := q.heap[last]
	q.heap[last] = nil
	q.heap = q.heap[:last]
	e.index = 0
	return e
}
