package proactor

import "github.com/actum-go/actum/proactor/internal/backend"

// Priority says which of several completions that wait is dispatched first.
// Within one priority they are dispatched in the order in which they completed.
// It is about completions, not about I/O: the kernel is not told.
//
// No priority starves another. Of two that have something waiting, the lower one
// is passed over at most patience times in a row; then one of its completions is
// dispatched. So even under endless higher ones the lowest priority gets every
// ninth dispatch, at least.
type Priority int8

// The priorities. What is urgent and short, as a heartbeat is, deserves a high
// one; what can wait, as a clean-up does, a low one.
const (
	PriorityLow    Priority = -1
	PriorityNormal Priority = 0
	PriorityHigh   Priority = 1
)

const (
	levels = 3
	// patience is how often in a row a priority may be passed over.
	patience = 8
)

// level is the place of p among the queues: anything below low is low, anything
// above high is high.
func (p Priority) level() int { return int(min(max(p, PriorityLow), PriorityHigh)) + 1 }

// ready holds operations that have completed and wait for their handlers, by
// priority.
type ready struct {
	queues [levels]backend.Queue
	passed [levels]int // how often in a row a level that has something was passed over
	n      int
}

// add puts the operations of list, linked through Next, behind the others.
func (r *ready) add(list *backend.Op) {
	for list != nil {
		op := list
		list = op.Next
		r.queues[op.Owner.(*Operation).Priority.level()].Push(op)
		r.n++
	}
}

// next takes the operation whose turn it is; nil if there is none.
func (r *ready) next() *backend.Op {
	if r.n == 0 {
		return nil
	}
	level := r.turn()
	for below := range level {
		if !r.queues[below].Empty() {
			r.passed[below]++
		}
	}
	r.passed[level] = 0
	r.n--
	return r.queues[level].Pop()
}

// turn is the lowest level that was passed over too often, or else the highest
// one that has something.
func (r *ready) turn() int {
	highest := 0
	for level := range levels {
		if r.queues[level].Empty() {
			continue
		}
		if r.passed[level] >= patience {
			return level
		}
		highest = level
	}
	return highest
}
