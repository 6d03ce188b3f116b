package simulation

import (
	"encoding/binary"
	"math/rand/v2"

	"github.com/actum-go/actum/zmq/internal/message"
)

// A message is a function of its sender and its number, so that a receiver can
// check every byte. Its first frame begins with a topic of two letters, the
// sender, and the number.
const headerSize = 2 + 1 + 4

const maxFrames = 4

func (w *simulation) largestMessage() int { return maxFrames * (w.largest + headerSize) }

// filler is the source of frames.
var filler = func() []byte {
	rng, b := rand.NewPCG(1, 1), []byte(nil)
	for len(b) < 256<<10 {
		b = binary.LittleEndian.AppendUint64(b, rng.Uint64())
	}
	return b
}()

// message makes one.
func (w *simulation) message(sender, number int) message.Msg {
	rng := rand.NewPCG(w.seed<<8|uint64(sender), uint64(number))
	roll := func(n int) int { return int(rng.Uint64() % uint64(n)) }
	frames := make([][]byte, 1)
	if roll(4) == 0 {
		frames = make([][]byte, 1+roll(maxFrames))
	}
	for i := range frames {
		at, size := roll(128<<10), w.frameSize(roll)
		frames[i] = filler[at : at+size]
	}
	header := make([]byte, 0, headerSize+len(frames[0]))
	header = append(header, byte('a'+roll(2)), byte('a'+roll(2)), byte(sender))
	header = binary.BigEndian.AppendUint32(header, uint32(number))
	frames[0] = append(header, frames[0]...)
	return message.New(frames...)
}

// frameSize draws a frame's size: usually small, but sizes for every way of
// sending and receiving occur.
func (w *simulation) frameSize(roll func(int) int) int {
	size := 0
	switch roll(16) {
	default:
		size = roll(40)
	case 10, 11, 12:
		size = roll(300)
	case 13, 14:
		size = roll(6000)
	case 15:
		size = roll(70 << 10)
	}
	return min(size, w.largest)
}

// read returns the sender of m and its number. It fails if m was changed.
func (w *simulation) read(m message.Msg) (sender, number int) {
	b := m.Bytes()
	if len(b) < headerSize {
		w.Fail("received a message that no socket has sent: %q", m.Frames())
	}
	sender, number = int(b[2]), int(binary.BigEndian.Uint32(b[3:]))
	if want := w.message(sender, number); !m.Equal(&want) {
		w.Fail("message %d of sender %d: received %d frames of %d bytes in all, sent %d of %d; or their contents differ",
			number, sender, m.Len(), m.Size(), want.Len(), want.Size())
	}
	return sender, number
}

// order is the sequence that one receiver got from one sender.
type order struct {
	seen  map[int]bool
	tails []int // the last number of each run, descending
}

// add takes the next number, and returns in how many rising runs, at least, all
// numbers so far can be sorted apart: more than there were connections means
// that one connection has changed the order. It is false for one that was there
// before.
func (o *order) add(number int) (runs int, fresh bool) {
	if o.seen == nil {
		o.seen = map[int]bool{}
	}
	if o.seen[number] {
		return len(o.tails), false
	}
	o.seen[number] = true
	for i, tail := range o.tails {
		if tail < number {
			o.tails[i] = number
			return len(o.tails), true
		}
	}
	o.tails = append(o.tails, number)
	return len(o.tails), true
}
