package replay

import (
	"slices"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// A program shuts down in a different order each time: its goroutines close handles
// while connections end by themselves. Once the dispatcher has been asked to close
// and the rest of the journal moves no bytes, a replay that does something else has
// not diverged: it has ended.

// endedByShutdownLocked reports whether the replay has ended in this way. It reads
// the rest of the journal.
func (b *player) endedByShutdownLocked() bool {
	closing := b.ended || slices.ContainsFunc(b.queue, request.closes)
	if b.diverged != nil || !b.finished && (!closing || b.movesBytes()) {
		return false
	}
	b.endLocked(backend.ErrBackendClosed)
	return true
}

// movesBytes reports whether the rest of the journal moves bytes or begins
// operations.
func (b *player) movesBytes() bool {
	j, started, kinds := b.j, b.started, map[int64]backend.Kind{}
	for number, op := range b.inFlight {
		kinds[number] = op.Kind
	}
	for {
		switch j.event() {
		case 0, eventClose:
			return false
		case eventStart:
			started++
			kinds[started] = backend.Kind(j.int())
			j.skip(3)
		case eventWait:
			j.skip(1)
			for count := j.int(); count > 0 && j.err == nil; count-- {
				if j.skipCompletion(kinds[j.int()]) > 0 {
					return true
				}
			}
		case eventCloseHandle, eventCloseWrite:
			j.skip(1)
			j.error()
		case eventCancel, eventCancelOn:
			j.skip(1)
		case eventCancelAll:
		case eventRequest:
			j.skip(1)
			j.name()
		case eventExternal, eventValue:
			if j.peek() == eventValue {
				j.event()
			}
			j.skip(2)
		default:
			return true
		}
	}
}

func (j *reader) skip(numbers int) {
	for range numbers {
		j.int()
	}
}

// skipCompletion reads the result of an operation of kind k, and returns the number
// of bytes that it moved.
func (j *reader) skipCompletion(k backend.Kind) (n int64) {
	n = j.int()
	err := j.error()
	switch {
	case reads(k) || k == backend.KindReceive:
		j.bytes()
		if k == backend.KindReceiveFrom {
			j.datagram(new(backend.Datagram))
		}
	case k == backend.KindStat && err == nil:
		j.bytes()
		j.skip(3)
	}
	if j.int() != 0 {
		j.address()
		j.address()
	}
	return n
}
