package replay

import (
	"slices"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// A program says goodbye in another order each time: its goroutines close what they
// know of, while connections end by themselves. So when the dispatcher has been
// asked to close, and no more bytes are moved in what is left of the journal, a
// replay that does something else has not diverged: it is over.

// goodbye reports whether that is so. What is left of the journal is read. The lock
// is held.
func (b *Backend) goodbye() bool {
	closing := b.ended || slices.ContainsFunc(b.queue, request.closes)
	if b.diverged != nil || !b.finished && (!closing || b.moves()) {
		return false
	}
	b.end(backend.ErrBackendClosed)
	return true
}

// moves reports whether bytes are moved, or new things begun, in what is left of the
// journal.
func (b *Backend) moves() bool {
	j, started, kinds := b.j, b.started, map[int64]backend.Kind{}
	for number, op := range b.flying {
		kinds[number] = op.Kind
	}
	for {
		switch j.event() {
		case 0, onClose:
			return false
		case onStart:
			started++
			kinds[started] = backend.Kind(j.int())
			j.skip(3)
		case onWait:
			j.skip(1)
			for count := j.int(); count > 0 && j.err == nil; count-- {
				if j.skipCompletion(kinds[j.int()]) > 0 {
					return true
				}
			}
		case onCloseHandle, onCloseWrite:
			j.skip(1)
			j.error()
		case onCancel, onCancelOn:
			j.skip(1)
		case onCancelAll:
		case onRequest:
			j.skip(1)
			j.name()
		case onAside, onValue:
			if j.peek() == onValue {
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

// skipCompletion reads how an operation of that kind has completed, and returns how
// many bytes it has moved.
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
