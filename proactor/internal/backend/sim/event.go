package sim

import (
	"container/heap"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// event is something that will happen at a time. It lives in what it happens
// to, so that scheduling allocates nothing.
type event struct {
	at    time.Duration
	seq   uint64 // events of the same instant happen in the order of their scheduling
	place int    // 1 + index in the heap; 0: not scheduled
	owner interface{ fire(e *event) }
}

func (e *event) scheduled() bool { return e.place != 0 }

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

// schedule lets e happen at a time. e must not be scheduled.
func (n *Network) schedule(e *event, at time.Duration) {
	n.events.seq++
	e.at, e.seq = at, n.events.seq
	heap.Push(&n.events, e)
	switch {
	case n.clock == ClockSystem && n.events.heap[0] == e:
		n.signalAll() // those that sleep until a later event must look again
	case n.clock == ClockVirtual && n.parked == len(n.backends) && !n.jumping && n.parked > 0:
		n.backends[0].signal() // everything rests: one of them must let time go on
	}
}

func (n *Network) unschedule(e *event) {
	if e.scheduled() {
		heap.Remove(&n.events, e.place-1)
	}
}

// settle lets everything happen that is due, and ends the Waits that are.
func (n *Network) settle() {
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
	q.heap[i].place, q.heap[j].place = i+1, j+1
}

func (q *events) Push(x any) {
	q.heap = append(q.heap, x.(*event))
	x.(*event).place = len(q.heap)
}

func (q *events) Pop() any {
	last := len(q.heap) - 1
	e := q.heap[last]
	q.heap[last] = nil
	q.heap = q.heap[:last]
	e.place = 0
	return e
}
