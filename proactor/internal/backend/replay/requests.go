package replay

import (
	"fmt"
	"slices"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// nextRequest is what the journal says that another goroutine has asked for, or a
// signal, if that is what comes next; nil if it is something else. Once the replay
// has diverged it is whatever was asked for. The lock is held.
func (b *Backend) nextRequest() (do func()) {
	if b.diverged != nil {
		return b.anyRequest()
	}
	switch b.peek() {
	case onRequest:
		b.j.event()
		number, what := b.j.int(), b.j.name()
		if !b.sound() {
			return b.anyRequest()
		}
		q, ok := b.await(func(q request) bool { return q.what == what && b.isOf(q.op, number) })
		if !ok {
			b.differ(func() string { return b.missing(what) })
			return b.anyRequest()
		}
		if number != 0 {
			b.known[number], b.asked[q.op] = q.op, number
		}
		return q.do
	case onSignal:
		b.j.event()
		set, name := b.j.int(), b.j.name()
		return b.signal(set, name)
	}
	return nil
}

func (b *Backend) anyRequest() (do func()) {
	if len(b.queue) == 0 {
		return nil
	}
	q := b.queue[0]
	b.queue = slices.Delete(b.queue, 0, 1)
	return q.do
}

// isOf reports whether op can be the one that has that number in the journal: it is,
// or neither has a partner yet.
func (b *Backend) isOf(op *backend.Op, number int64) bool {
	if number == 0 || op == nil {
		return number == 0 && op == nil
	}
	known, journaled := b.known[number]
	_, numbered := b.asked[op]
	return known == op || !journaled && !numbered
}

// waitFor waits until cond holds. It reports false if it still does not when patience
// has run out, or the replay has diverged. The lock is held, and released meanwhile.
func (b *Backend) waitFor(cond func() bool) bool {
	var patience *time.Timer
	over, hurried := false, false
	for !cond() {
		if over || b.diverged != nil {
			return false
		}
		if patience == nil {
			patience = time.AfterFunc(b.patience, func() {
				b.mu.Lock()
				over = true
				b.wake.Broadcast()
				b.mu.Unlock()
			})
			defer patience.Stop()
		}
		if !hurried && slices.ContainsFunc(b.queue, request.closes) {
			hurried = true // the program ends: not much comes any more
			patience.Reset(b.patience / 50)
		}
		b.wake.Wait()
	}
	return true
}

// await waits until somebody asks for what fits, and takes that out of the queue.
func (b *Backend) await(fits func(request) bool) (q request, ok bool) {
	i := -1
	if !b.waitFor(func() bool { i = slices.IndexFunc(b.queue, fits); return i >= 0 }) {
		return request{}, false
	}
	q = b.queue[i]
	b.queue = slices.Delete(b.queue, i, i+1)
	return q, true
}

// signal delivers one.
func (b *Backend) signal(set int64, name string) (do func()) {
	if b.sound() && set >= 1 && set <= int64(len(b.sets)) {
		s := b.sets[set-1]
		for _, sig := range s.signals {
			if sig.String() == name {
				return func() { s.deliver(sig) }
			}
		}
	}
	if b.diverged == nil {
		b.diverge(fmt.Sprintf("the journal comes to the signal %q for set %d, which does not wait for it", name, set))
	}
	return b.anyRequest()
}

// AwaitEnd waits until the journal has come to the end of the dispatcher, or it is
// closed, or nothing happens any more. Who dispatches does not call it.
func (b *Backend) AwaitEnd(closed func() bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for going := true; going && b.diverged == nil && !closed() && b.peek() != onClose; {
		seen := b.rounds
		going = b.waitFor(func() bool { return closed() || b.rounds != seen || b.peek() == onClose })
	}
}

// aside is an answer that another goroutine got.
type aside struct {
	event     byte
	arguments []int64
	handles   [2]backend.Handle
	err       error
	value     int64
}

// shape is how many arguments an event that can be answered aside has, and how many
// handles.
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

// readAside puts an answer aside. The lock is held.
func (b *Backend) readAside() {
	b.j.event()
	a := aside{event: b.j.event()}
	arguments, handles := shape(a.event)
	for range arguments {
		a.arguments = append(a.arguments, b.j.int())
	}
	if a.event == onValue {
		a.value = b.j.int()
		b.sound()
	} else {
		a.handles, a.err = b.outcome(handles)
	}
	b.asides = append(b.asides, a)
	b.wake.Broadcast()
}

// answerAside is the answer for another goroutine that comes to an event. It waits
// until the journal is there. The lock is held.
func (b *Backend) answerAside(event byte, arguments ...int64) aside {
	i := -1
	fits := func(a aside) bool { return a.event == event && slices.Equal(a.arguments, arguments) }
	if !b.waitFor(func() bool {
		b.peek()
		i = slices.IndexFunc(b.asides, fits)
		return i >= 0
	}) {
		if b.diverged == nil {
			b.diverge(fmt.Sprintf("%s comes to %s, beside who dispatches, and the journal does not within %v", caller(), nameOf(event), b.patience))
		}
		return aside{err: b.diverged}
	}
	a := b.asides[i]
	b.asides = slices.Delete(b.asides, i, i+1)
	return a
}
