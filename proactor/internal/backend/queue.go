package backend

import "sync"

// Direction is one of the two directions in which bytes (or new streams) move
// through a handle. Operations of one direction keep their order; the two
// directions are independent.
type Direction uint8

// In is the direction of accepts and reads, Out that of writes, sends and
// transmits.
const (
	In Direction = iota
	Out
	Directions = 2
)

// Direction returns the direction of an operation of kind k. It has no meaning for
// a connect, which has no handle yet, and for file operations, which keep no order.
func (k Kind) Direction() Direction {
	if k == KindWrite || k == KindWriteV || k == KindTransmitFile || k == KindSendTo {
		return Out
	}
	return In
}

// Queue is a first-in first-out list of operations, linked through Op.Next. In the
// queue of one direction of a handle the head is the operation in progress, and the
// others wait for it. It is not safe for concurrent use: the handle's lock protects
// it.
type Queue struct {
	head, tail *Op
}

// Empty reports whether q has no operation.
func (q *Queue) Empty() bool { return q.head == nil }

// Head returns the operation in progress, or nil if q is empty.
func (q *Queue) Head() *Op { return q.head }

// Push appends op and reports whether it is the head and may begin.
func (q *Queue) Push(op *Op) bool {
	op.Next = nil
	if q.head == nil {
		q.head, q.tail = op, op
		return true
	}
	q.tail.Next = op
	q.tail = op
	return false
}

// Pop removes and returns the head, or nil if q is empty.
func (q *Queue) Pop() *Op {
	op := q.head
	if op == nil {
		return nil
	}
	q.head = op.Next
	if q.head == nil {
		q.tail = nil
	}
	op.Next = nil
	return op
}

// Remove removes op from any position in q and reports whether it was there. It is
// linear in the length of q, which is nearly always one or two.
func (q *Queue) Remove(op *Op) bool {
	var before *Op
	for o := q.head; o != nil; before, o = o, o.Next {
		if o != op {
			continue
		}
		if before == nil {
			q.Pop()
			return true
		}
		before.Next = op.Next
		if q.tail == op {
			q.tail = before
		}
		op.Next = nil
		return true
	}
	return false
}

// Append moves all operations of other to the end of q.
func (q *Queue) Append(other *Queue) {
	if other.head == nil {
		return
	}
	if q.head == nil {
		*q = *other
	} else {
		q.tail.Next = other.head
		q.tail = other.tail
	}
	*other = Queue{}
}

// Take empties q and returns its operations, linked through Op.Next.
func (q *Queue) Take() *Op {
	head := q.head
	*q = Queue{}
	return head
}

// Completions holds completed operations until Wait takes them. It is safe for
// concurrent use.
type Completions struct {
	mu   sync.Mutex
	done Queue
}

// Add appends op, which has completed, and reports whether it is the first since
// the last Take, so that a goroutine that waits has to be woken.
func (c *Completions) Add(op *Op) (first bool) {
	c.mu.Lock()
	first = c.done.Push(op)
	c.mu.Unlock()
	return first
}

// Empty reports whether there is nothing to take.
func (c *Completions) Empty() bool {
	c.mu.Lock()
	empty := c.done.Empty()
	c.mu.Unlock()
	return empty
}

// Take returns everything that was added, in order, or nil if nothing was.
func (c *Completions) Take() *Op {
	c.mu.Lock()
	list := c.done.Take()
	c.mu.Unlock()
	return list
}
