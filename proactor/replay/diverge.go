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

// peekLocked returns the next event of the dispatching goroutine. It first reads the
// results of calls of other goroutines and keeps them for externalResultLocked.
func (b *player) peekLocked() byte {
	for b.diverged == nil && b.j.peek() == eventExternal {
		b.readExternalResultLocked()
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
			return fmt.Sprintf("%s is about to %s, but the journal's next event is: %s", caller(), about(event, arguments...), b.upcoming())
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
			b.divergeLocked(fmt.Sprintf("%s is about to %s, but the journal's next event is: %s%s", caller(), about(event, arguments...), about(event, got...), onlyBytes(event, arguments, got)))
			return false
		}
	}
	return true
}

// upcoming reads the next event and describes it for a message.
func (b *player) upcoming() string {
	switch event := b.j.event(); event {
	case eventStart:
		return about(event, b.j.int(), b.j.int(), b.j.int(), b.j.int())
	case eventCloseHandle, eventCloseWrite, eventCancelOn, eventTryRead, eventTryWrite, eventCancel:
		return about(event, b.j.int())
	case eventRequest:
		b.j.int()
		return fmt.Sprintf("%s: %s", eventName(event), b.j.name())
	case 0:
		return eventName(0)
	default:
		return eventName(event)
	}
}

// about describes an event for a message.
func about(event byte, arguments ...int64) string {
	if event == eventStart && len(arguments) == 4 {
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
		return eventName(event)
	}
	return fmt.Sprintf("%s %d", eventName(event), arguments[0])
}

// kindNames are the kinds of operations with their article.
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
	if event == eventStart && a[0] == b[0] && a[1] == b[1] && a[2] == b[2] {
		return ": the bytes or the address differ"
	}
	return ""
}

// validLocked reports whether what was read last is valid. If not, the replay ends.
func (b *player) validLocked() bool {
	if b.j.err != nil && b.diverged == nil {
		b.divergeLocked("the journal ends in the middle, or is damaged: " + b.j.err.Error())
	}
	return b.diverged == nil
}

// mismatchLocked is called when the program does something other than in the recorded
// run. why, which describes that, may read further events.
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

// missingLocked describes the divergence of a replay in which no goroutine made the
// request what.
func (b *player) missingLocked(what string) string {
	var made []string
	for _, q := range b.queue {
		made = append(made, q.what)
	}
	s := fmt.Sprintf("the journal's next event is the request of another goroutine, %s, which no goroutine has made within %v", what, b.timeout)
	if len(made) > 0 {
		s += "; the requests that goroutines have made: " + strings.Join(made, ", ")
	}
	return s
}
