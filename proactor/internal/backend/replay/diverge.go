package replay

import (
	"errors"
	"fmt"
	"strings"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// ErrDiverged is why operations fail once the program does something else than it
// did when the journal was written.
var ErrDiverged = errors.New("proactor: the replay has diverged from its journal")

// Err is why the replay has diverged; nil if it has not.
func (b *Backend) Err() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.diverged
}

// peek is the next event. What was answered to other goroutines is put aside. The
// lock is held.
func (b *Backend) peek() byte {
	for b.diverged == nil && b.j.peek() == onAside {
		b.readAside()
	}
	return b.j.peek()
}

// expect reads the next event and its arguments, and reports whether they are the
// ones that the program now comes with. If not the replay has diverged. The lock
// is held.
func (b *Backend) expect(event byte, arguments ...int64) bool {
	if b.diverged != nil {
		return false
	}
	next := b.peek()
	if next != event {
		b.differ(func() string {
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
			b.diverge(fmt.Sprintf("%s comes to %s, and the journal to %s%s", caller(), about(event, arguments...), about(event, got...), onlyBytes(event, arguments, got)))
			return false
		}
	}
	return true
}

// upcoming is the next event, for people: it is read, as far as it can be told.
func (b *Backend) upcoming() string {
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

// about is what an event is about, for people.
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

// onlyBytes says so if two starts differ in nothing else.
func onlyBytes(event byte, a, b []int64) string {
	if event == onStart && a[0] == b[0] && a[1] == b[1] && a[2] == b[2] {
		return ": the bytes, or the address, are others"
	}
	return ""
}

// sound reports whether the answer could be read. The lock is held.
func (b *Backend) sound() bool {
	if b.j.err != nil && b.diverged == nil {
		b.diverge("the journal ends in the middle, or is damaged: " + b.j.err.Error())
	}
	return b.diverged == nil
}

// differ is called when the program does something else than in the run. why reads
// on in the journal.
func (b *Backend) differ(why func() string) {
	if !b.goodbye() {
		b.diverge(why())
	}
}

// diverge ends the replay with an error. The lock is held.
func (b *Backend) diverge(why string) {
	b.end(fmt.Errorf("%w at %v, after %d operations (event %d): %s", ErrDiverged, b.now, b.started, b.j.count, why))
	if b.tell != nil {
		go b.tell(b.diverged)
	}
}

// end ends the replay: everything outstanding fails, and what other goroutines ask
// for is done as it comes. The lock is held.
func (b *Backend) end(why error) {
	b.diverged = why
	for number := int64(1); number <= b.started; number++ {
		if op := b.flying[number]; op != nil {
			b.fail(op)
		}
	}
	clear(b.flying)
	clear(b.numbers)
	b.woken = true
	b.wake.Broadcast()
}

func (b *Backend) fail(op *backend.Op) {
	op.N, op.New, op.Err = 0, nil, b.diverged
	b.failed.Push(op)
	b.woken = true
	b.wake.Broadcast()
}

// missing is why the replay has diverged if nobody has asked for what.
func (b *Backend) missing(what string) string {
	var came []string
	for _, q := range b.queue {
		came = append(came, q.what)
	}
	s := fmt.Sprintf("the journal comes to what another goroutine asked for, %s, and nobody has within %v", what, b.patience)
	if len(came) > 0 {
		s += "; asked for was: " + strings.Join(came, ", ")
	}
	return s
}
