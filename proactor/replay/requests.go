package replay

import (
	"fmt"
	"slices"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// nextRequestLocked returns the request or the signal that comes next in the
// journal, or nil if another event comes next. Once the replay has diverged it
// returns any request.
func (b *player) nextRequestLocked() (do func()) {
	if b.diverged != nil {
		return b.anyRequestLocked()
	}
	switch b.peekLocked() {
	case onRequest:
		b.j.event()
		number, what := b.j.int(), b.j.name()
		if !b.validLocked() {
			return b.anyRequestLocked()
		}
		q, ok := b.awaitLocked(func(q request) bool { return q.what == what && b.isOfLocked(q.op, number) })
		if !ok {
			b.mismatchLocked(func() string { return b.missingLocked(what) })
			return b.anyRequestLocked()
		}
		if number != 0 {
			b.known[number], b.asked[q.op] = q.op, number
		}
		return q.do
	case onSignal:
		b.j.event()
		set, name := b.j.int(), b.j.name()
		return b.signalLocked(set, name)
	}
	return nil
}

func (b *player) anyRequestLocked() (do func()) {
	if len(b.queue) == 0 {
		return nil
	}
	q := b.queue[0]
	b.queue = slices.Delete(b.queue, 0, 1)
	return q.do
}

// isOfLocked reports whether op can be the operation with that number in the
// journal: it is known to be, or neither has been matched yet.
func (b *player) isOfLocked(op *backend.Op, number int64) bool {
	if number == 0 || op == nil {
		return number == 0 && op == nil
	}
	known, journaled := b.known[number]
	_, numbered := b.asked[op]
	return known == op || !journaled && !numbered
}

// waitForLocked waits until cond holds. It reports false if cond does not hold
// within the timeout, or if the replay diverges. It releases the lock while it
// waits.
func (b *player) waitForLocked(cond func() bool) bool {
	var timer *time.Timer
	timedOut, shortened := false, false
	for !cond() {
		if timedOut || b.diverged != nil {
			return false
		}
		if timer == nil {
			timer = time.AfterFunc(b.timeout, func() {
				b.mu.Lock()
				timedOut = true
				b.wake.Broadcast()
				b.mu.Unlock()
			})
			defer timer.Stop()
		}
		if !shortened && slices.ContainsFunc(b.queue, request.closes) {
			shortened = true // the program ends, and hardly any requests follow
			timer.Reset(b.timeout / 50)
		}
		b.wake.Wait()
	}
	return true
}

// awaitLocked waits for a request that fits, and takes it out of the queue.
func (b *player) awaitLocked(fits func(request) bool) (q request, ok bool) {
	i := -1
	if !b.waitForLocked(func() bool { i = slices.IndexFunc(b.queue, fits); return i >= 0 }) {
		return request{}, false
	}
	q = b.queue[i]
	b.queue = slices.Delete(b.queue, i, i+1)
	return q, true
}

// signalLocked delivers a signal.
func (b *player) signalLocked(set int64, name string) (do func()) {
	if b.validLocked() && set >= 1 && set <= int64(len(b.sets)) {
		s := b.sets[set-1]
		for _, sig := range s.signals {
			if sig.String() == name {
				return func() { s.deliver(sig) }
			}
		}
	}
	if b.diverged == nil {
		b.divergeLocked(fmt.Sprintf("the journal comes to the signal %q for set %d, which does not wait for it", name, set))
	}
	return b.anyRequestLocked()
}

// AwaitEnd waits until the journal reaches the end of the dispatcher, closed
// returns true, or the replay makes no progress. The dispatching goroutine must not
// call it.
func (b *player) AwaitEnd(closed func() bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for progress := true; progress && b.diverged == nil && !closed() && b.peekLocked() != onClose; {
		seen := b.rounds
		progress = b.waitForLocked(func() bool { return closed() || b.rounds != seen || b.peekLocked() == onClose })
	}
}

// aside is the result of a call that another goroutine made.
type aside struct {
	event     byte
	arguments []int64
	handles   [2]backend.Handle
	err       error
	value     int64
}

// shape returns how many arguments and how many handles an event has that may
// follow onAside.
func shape(event byte) (arguments, handles int) {
	switch event {
	case onListen, onListenPacket:
		return 1, 1
	case onPipe:
		return 0, 2
	case onValue:
		return 1, 0
	}
	return 0, 1
}

// readAsideLocked reads the result of a call of another goroutine and keeps it.
func (b *player) readAsideLocked() {
	b.j.event()
	a := aside{event: b.j.event()}
	arguments, handles := shape(a.event)
	for range arguments {
		a.arguments = append(a.arguments, b.j.int())
	}
	if a.event == onValue {
		a.value = b.j.int()
		b.validLocked()
	} else {
		a.handles, a.err = b.outcomeLocked(handles)
	}
	b.asides = append(b.asides, a)
	b.wake.Broadcast()
}

// answerAsideLocked returns the result of a call that another goroutine makes. It
// waits until the journal has reached it.
func (b *player) answerAsideLocked(event byte, arguments ...int64) aside {
	i := -1
	fits := func(a aside) bool { return a.event == event && slices.Equal(a.arguments, arguments) }
	if !b.waitForLocked(func() bool {
		b.peekLocked()
		i = slices.IndexFunc(b.asides, fits)
		return i >= 0
	}) {
		if b.diverged == nil {
			b.divergeLocked(fmt.Sprintf("%s, which does not dispatch, comes to %s, and the journal does not within %v", caller(), nameOf(event), b.timeout))
		}
		return aside{err: b.diverged}
	}
	a := b.asides[i]
	b.asides = slices.Delete(b.asides, i, i+1)
	return a
}
