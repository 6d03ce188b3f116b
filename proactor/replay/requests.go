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
	case eventRequest:
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
	case eventSignal:
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
			shortened = true // the program is ending: few requests follow
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
		b.divergeLocked(fmt.Sprintf("the journal's next event is the signal %q for set %d, which does not wait for it", name, set))
	}
	return b.anyRequestLocked()
}

// AwaitEnd waits until the journal reaches the end of the dispatcher, closed
// returns true, or the replay makes no progress. The dispatching goroutine must not
// call it.
func (b *player) AwaitEnd(closed func() bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for progress := true; progress && b.diverged == nil && !closed() && b.peekLocked() != eventClose; {
		seen := b.rounds
		progress = b.waitForLocked(func() bool { return closed() || b.rounds != seen || b.peekLocked() == eventClose })
	}
}

// externalResult is the recorded result of a call that a goroutine made which did not
// dispatch.
type externalResult struct {
	event     byte
	arguments []int64
	handles   [2]backend.Handle
	err       error
	value     int64
}

// shape returns the number of arguments and of handles of an event that follows
// eventExternal.
func shape(event byte) (arguments, handles int) {
	switch event {
	case eventListen, eventListenPacket:
		return 1, 1
	case eventPipe:
		return 0, 2
	case eventValue:
		return 1, 0
	}
	return 0, 1
}

// readExternalResultLocked reads the result of a call of another goroutine, and keeps it
// until a goroutine makes the call.
func (b *player) readExternalResultLocked() {
	b.j.event()
	a := externalResult{event: b.j.event()}
	arguments, handles := shape(a.event)
	for range arguments {
		a.arguments = append(a.arguments, b.j.int())
	}
	if a.event == eventValue {
		a.value = b.j.int()
		b.validLocked()
	} else {
		a.handles, a.err = b.outcomeLocked(handles)
	}
	b.externalResults = append(b.externalResults, a)
	b.wake.Broadcast()
}

// externalResultLocked returns the result of a call that the calling goroutine, which does
// not dispatch, makes now. It waits until the replay has read that result.
func (b *player) externalResultLocked(event byte, arguments ...int64) externalResult {
	i := -1
	fits := func(a externalResult) bool { return a.event == event && slices.Equal(a.arguments, arguments) }
	if !b.waitForLocked(func() bool {
		b.peekLocked()
		i = slices.IndexFunc(b.externalResults, fits)
		return i >= 0
	}) {
		if b.diverged == nil {
			b.divergeLocked(fmt.Sprintf("%s, on a goroutine that does not dispatch, is about to %s, but the journal has not come to that within %v", caller(), eventName(event), b.timeout))
		}
		return externalResult{err: b.diverged}
	}
	a := b.externalResults[i]
	b.externalResults = slices.Delete(b.externalResults, i, i+1)
	return a
}
