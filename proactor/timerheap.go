package proactor

import "time"

// timerHeap holds the timers that are running, and the deadlines of other
// operations that are outstanding, the next one to expire first. It
// is a heap with four children to a node: half as deep as a binary one, and the
// children share a cache line. Each operation knows its place, so that any timer
// can be taken out without a search. The dispatcher's mu covers it.
type timerHeap []timerEntry

// timerEntry repeats the deadline, so that comparing does not touch the
// operations.
type timerEntry struct {
	when time.Duration
	op   *Operation
}

const timerChildren = 4

// push adds op, which expires at op.deadline.
func (h *timerHeap) push(op *Operation) {
	*h = append(*h, timerEntry{op.deadline, op})
	h.up(len(*h) - 1)
}

// holds reports whether op is in this very heap.
func (h timerHeap) holds(op *Operation) bool {
	return op.index > 0 && int(op.index) <= len(h) && h[op.index-1].op == op
}

// remove takes op out. It must be in h.
func (h *timerHeap) remove(op *Operation) {
	i, last := int(op.index)-1, len(*h)-1
	op.index = 0
	moved := (*h)[last]
	(*h)[last] = timerEntry{}
	*h = (*h)[:last]
	if i == last {
		return
	}
	h.set(i, moved)
	h.down(i)
	h.up(i)
}

// runningTimers are the timers of h, without the deadlines of other operations.
func (h timerHeap) runningTimers() (timers []*Operation) {
	for _, e := range h {
		if e.op.Kind() == KindTimer {
			timers = append(timers, e.op)
		}
	}
	return timers
}

// set puts e at place i and tells its operation.
func (h timerHeap) set(i int, e timerEntry) {
	h[i] = e
	e.op.index = int32(i) + 1
}

// up moves the entry at i towards the root until its parent expires no later.
func (h timerHeap) up(i int) {
	e := h[i]
	for i > 0 {
		parent := (i - 1) / timerChildren
		if h[parent].when <= e.when {
			break
		}
		h.set(i, h[parent])
		i = parent
	}
	h.set(i, e)
}

// down moves the entry at i away from the root until no child expires earlier.
func (h timerHeap) down(i int) {
	e := h[i]
	for {
		first := i*timerChildren + 1
		if first >= len(h) {
			break
		}
		least := first
		for c := first + 1; c < min(first+timerChildren, len(h)); c++ {
			if h[c].when < h[least].when {
				least = c
			}
		}
		if e.when <= h[least].when {
			break
		}
		h.set(i, h[least])
		i = least
	}
	h.set(i, e)
}
