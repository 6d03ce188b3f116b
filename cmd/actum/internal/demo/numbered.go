package demo

import "encoding/binary"

// A message is 64 bytes: its kind in the first, its number in eight of them.
const messageSize = 64

type kind byte

const (
	alien  kind = iota // a message of another program
	normal             // the n-th message
	end                // there were n messages
)

// put makes b the n-th message of a kind.
func put(b []byte, k kind, n uint64) {
	b[0] = byte(k)
	binary.LittleEndian.PutUint64(b[8:], n)
}

// parse is the inverse of put.
func parse(b []byte) (kind, uint64) {
	if len(b) != messageSize {
		return alien, 0
	}
	return kind(b[0]), binary.LittleEndian.Uint64(b[8:])
}

// tally counts which messages, numbered from 0 on, arrived and in which order.
type tally struct {
	next      uint64 // the number expected
	arrived   uint64
	reordered uint64 // arrived after a later one, or twice
}

// see counts the n-th message.
func (t *tally) see(n uint64) {
	t.arrived++
	if n < t.next {
		t.reordered++
		return
	}
	t.next = n + 1
}

// lost is the number of sent messages that did not arrive.
func (t *tally) lost(sent uint64) uint64 { return sent - min(t.arrived, sent) }
