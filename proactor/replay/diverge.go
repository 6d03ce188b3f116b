package replay

import (
	"fmt"
	"strings"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// err returns why the replay has diverged; nil if it has not.
func (b *player) err() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.diverged
}

// peekLocked returns the next event. It first reads the answers to calls of other
// goroutines and keeps them for answerAsideLocked.
func (b *player) peekLocked() byte {
	for b.diverged == nil && b.j.peek() == onAside {
		b.readAsideLocked()
	}
	return b.j.peek()
}

// expectLocked reads the next event and its arguments, and reports whether they
// match the call that the program makes now. If they do not, the replay has
// diverged.
func (b *player) expectLocked(event byte, arguments ...int64) bool {
	if b.diverged != nil {
		return false
	}
	next := b.peekLocked()
	if next != event {
		b.mismatchLocked(func() string {
			return fmt.Sprintf("%s comes to %s, and the journal to %s", caller(), about(event, arguments...), b.upcoming())
		})
		return false
	}
	b.j.event()
	got := make([]int64, len(arguments))
	for i := range got {
		got[i] = b.j.int()
	}
	for i, want := range arguments {
		if got[i] != want || b.j.err != nil {
			b.divergeLocked(fmt.Sprintf("%s comes to %s, and the journal to %s%s", caller(), about(event, arguments...), about(event, got...), onlyBytes(event, arguments, got)))
			return false
		}
	}
	return true
}

// upcoming reads the next event and describes it for a message.
func (b *player) upcoming() string {
	switch event := b.j.event(); event {
	case onStart:
		return about(event, b.j.int(), b.j.int(), b.j.int(), b.j.int())
	case onCloseHandle, onCloseWrite, onCancelOn, onTryRead, onTryWrite, onCancel:
		return about(event, b.j.int())
	case onRequest:
		b.j.int()
		return fmt.Sprintf("%s: %s", nameOf(event), b.j.name())
	case 0:
		return "its end"
	default:
		return nameOf(event)
	}
}

// about describes an event for a message.
func about(event byte, arguments ...int64) string {
	if event == onStart && len(arguments) == 4 {
		s := "start " + article(backend.Kind(arguments[0]))
		if arguments[1] != 0 {
			s += fmt.Sprintf(" on handle %d", arguments[1])
		}
		if arguments[2] != 0 {
			s += fmt.Sprintf(" of %d bytes", arguments[2])
		}
		return s
	}
	if len(arguments) == 0 {
		return nameOf(event)
	}
	return fmt.Sprintf("%s %d", nameOf(event), arguments[0])
}

var kindNames = [...]string{
	backend.KindAccept: "an accept", backend.KindConnect: "a connect", backend.KindRead: "a read", backend.KindWrite: "a write",
	backend.KindReadV: "a scatter read", backend.KindWriteV: "a gather write", backend.KindOpen: "an open", backend.KindReadAt: "a read at",
	backend.KindWriteAt: "a write at", backend.KindSync: "a sync", backend.KindStat: "a stat", backend.KindTransmitFile: "a transmission",
	backend.KindReceiveFrom: "a receive from", backend.KindSendTo: "a send to", backend.KindReceive: "a receive",
}

func article(k backend.Kind) string {
	if int(k) >= len(kindNames) || kindNames[k] == "" {
		return fmt.Sprintf("an operation of kind %d", k)
	}
	return kindNames[k]
}

// onlyBytes returns an explanation if two starts differ only in their bytes.
func onlyBytes(event byte, a, b []int64) string {
	if event == onStart && a[0] == b[0] && a[1] == b[1] && a[2] == b[2] {
		return ": the bytes or the address differ"
	}
	return ""
}

// validLocked reports whether the answer could be read.
func (b *player) validLocked() bool {
	if b.j.err != nil && b.diverged == nil {
		b.divergeLocked("the journal ends in the middle, or is damaged: " + b.j.err.Error())
	}
	return b.diverged == nil
}

// mismatchLocked is called when the program does something other than it did in the
// recorded run. why may read on in the journal.
func (b *player) mismatchLocked(why func() string) {
	if !b.endedByShutdownLocked() {
		b.divergeLocked(why())
	}
}

// divergeLocked ends the replay with an error.
func (b *player) divergeLocked(why string) {
	b.endLocked(fmt.Errorf("%w at %v, after %d operations (event %d): %s", ErrDiverged, b.now, b.started, b.j.count, why))
	if b.onDiverge != nil {
		go b.onDiverge(b.diverged)
	}
}

// endLocked ends the replay: outstanding operations fail, and requests of other
// goroutines are carried out in any order.
func (b *player) endLocked(why error) {
	b.diverged = why
	for number := int64(1); number <= b.started; number++ {
		if op := b.inFlight[number]; op != nil {
			b.failLocked(op)
		}
	}
	clear(b.inFlight)
	clear(b.numbers)
	b.woken = true
	b.wake.Broadcast()
}

func (b *player) failLocked(op *backend.Op) {
	op.N, op.New, op.Err = 0, nil, b.diverged
	b.failed.Push(op)
	b.woken = true
	b.wake.Broadcast()
}

// missingLocked says why the replay has diverged when no goroutine made the request
// what.
func (b *player) missingLocked(what string) string {
	var came []string
	for _, q := range b.queue {
		came = append(came, q.what)
	}
	s := fmt.Sprintf("the journal comes to %s, which another goroutine asked for, and no goroutine has asked for it within %v", what, b.timeout)
	if len(came) > 0 {
		s += "; what goroutines have asked for: " + strings.Join(came, ", ")
	}
	return s
}
