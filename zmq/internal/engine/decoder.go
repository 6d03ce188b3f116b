package engine

import (
	"errors"
	"fmt"
	"math"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// The decoder owns the memory that a connection reads into, alone. Bytes go
// through it in this order:
//
//  1. Space says where the next bytes from the peer belong; Received says how
//     many came
//  2. Scan walks over whole frames, where they lie, until something has to be
//     done: a batch of messages is complete, a command is there, more bytes are
//     needed
//  3. Batch hands the whole messages out; their memory is the receiver's then
//
// The chunk that is read into looks like this; what lies before start has been
// handed out and is never touched again:
//
//	0        start        whole     pos-gap    pos       end          cap
//	| handed  | whole      | message | cut out  | not     | free       |
//	| out     | messages   | begun   |          | scanned |            |
//
// A command between the frames of a message is not part of it: it is cut out, and
// the frames behind it move down by so much, each of them once.
//
// A body of DirectMin bytes or more that is not in the chunk when its header is
// found goes into memory of its own, to which the rest of it is read directly.
//
// What nobody can receive, see keeping, is passed over as it comes, and counted.
type decoder struct {
	alloc             func(size int) *message.Buffer
	mem               *message.Buffer // what chunk lies in, with the decoder's own hold
	chunk             []byte
	start, whole, pos int
	end               int
	gap               int // bytes cut out of the message begun, just before pos

	refs      []message.Ref // bodies outside the chunk, At counted from start
	wholeRefs int           // those that belong to whole messages
	msgs      int           // whole messages
	size      int           // payload in them
	partSize  uint64        // payload in the frames of the message begun
	parts     int           // how many frames of it there are

	skip    uint64 // bytes of a frame that are still to be passed over
	skipped int    // messages passed over, and not yet reported
	turn    int    // how much may be done before Scan stops: see Turn

	large   *message.Buffer // a body that is read directly; nil if there is none
	bodyLen int             // how long it is
	got     int             // how much of it has come
	flags   byte            // its frame's flags

	keep     keeping
	maxChunk int32 // what one chunk may have at most, in bytes
	*Limits
	trust int // a body as large as this is given memory before it has come
	next  int // size of the next chunk

	offered int     // how many bytes Space returned last
	direct  *direct // made for a body that is read directly; kept
}

// ErrTooLarge is a frame larger than the maximum frame size, or a message larger
// than the maximum message size.
var ErrTooLarge = errors.New("larger than the maximum size")

// Limits are the largest that is accepted; 0 is no limit.
type Limits struct {
	MaxFrame   int64 // bytes of a frame
	MaxMessage int64 // bytes of a message, all its frames together
	MaxFrames  int   // frames of a message
}

// keeping says which messages of a peer somebody can receive. The others are
// passed over without being stored.
type keeping uint8

const (
	keepAll           keeping = iota
	keepSubscriptions         // messages of one frame that begins with 0 or 1, and is no longer than a subscription may be
	keepNone
)

// found says why Scan stopped.
type found int

const (
	foundNothing found = iota // all that is there has been scanned: more bytes are needed
	foundFull                 // a batch is to be taken: as many messages as asked for, or as can be together
	foundCommand              // a command frame: its body is in the result
	foundEnough               // as much was done as one turn may do
)

func newDecoder(l *Limits, keep keeping, chunkLimit int) decoder {
	return decoder{
		alloc: message.NewBuffer, Limits: l, keep: keep, trust: firstTrust, next: firstChunk, maxChunk: int32(chunkLimit),
		turn: turnFrames,
	}
}

const (
	// turnFrames is how many frames one turn scans before other connections have
	// theirs: some milliseconds, where each is as small as can be. Only messages of
	// a few bytes end a turn this way; with larger ones the bytes that a turn reads
	// end it first.
	turnFrames = 1 << 16
	// commandFrames is how many frames a command counts for: it may be answered, or
	// change what a publisher's peer is subscribed to. So may a message that is a
	// subscription, the form that it has before ZMTP 3.1.
	commandFrames = 64
)

// Turn begins a turn.
func (d *decoder) Turn() { d.turn = turnFrames }

// Scan walks over whole frames until there are room whole messages in the batch
// or something else is found. The error is final.
func (d *decoder) Scan(room int) (found, []byte, error) {
	for d.large == nil && d.passOver() {
		switch {
		case d.msgs >= room, d.gap > 0 && d.parts == 0:
			return foundFull, nil, nil
		case d.turn <= 0:
			return foundEnough, nil, nil
		}
		d.scanShort(room)
		flags, size, n, err := wire.ParseFrameHeader(d.chunk[d.pos:d.end])
		if err != nil || n == 0 {
			return foundNothing, nil, err
		}
		if err := d.fits(flags, size); err != nil {
			return foundNothing, nil, err
		}
		d.turn--
		have := d.end - d.pos - n
		if flags&wire.FlagCommand == 0 && d.keep != keepAll {
			if d.msgs > 0 {
				return foundFull, nil, nil
			}
			if wanted, known := d.wanted(flags, size, d.chunk[d.pos+n:d.end]); !known {
				return foundNothing, nil, nil
			} else if !wanted {
				d.Skip(n)
				d.skip = size
				d.frameSkipped(flags, size)
				continue
			}
			d.charge(size, have)
		}
		if uint64(have) < size {
			d.await(flags, size, n, have)
			return foundNothing, nil, nil
		}
		body := d.chunk[d.pos+n : d.pos+n+int(size)]
		if flags&wire.FlagCommand != 0 {
			d.turn -= commandFrames
			return foundCommand, body, nil
		}
		if d.msgs >= room {
			return foundFull, nil, nil
		}
		d.moveDown(n + int(size))
		d.pos += n + int(size)
		d.frameDone(flags, int(size))
	}
	return foundNothing, nil, nil
}

// wanted reports whether a frame is a message that somebody can receive, if that
// is known by now: its first byte may not have come.
func (d *decoder) wanted(flags byte, size uint64, body []byte) (wanted, known bool) {
	if d.keep == keepNone || flags&wire.FlagMore != 0 || d.parts > 0 || size == 0 || size > 1+wire.MaxSubscription {
		return false, true
	}
	if len(body) == 0 {
		return false, false
	}
	_, _, ok := wire.ParseSubscription(body)
	return ok, true
}

// charge counts a subscription that is complete as a command.
func (d *decoder) charge(size uint64, have int) {
	if uint64(have) >= size {
		d.turn -= commandFrames
	}
}

// passOver drops what there is of a frame that nobody can receive. It returns
// false if more of it is to come.
func (d *decoder) passOver() bool {
	if d.skip > 0 {
		n := min(d.skip, uint64(d.end-d.pos))
		d.Skip(int(n))
		d.skip -= n
	}
	return d.skip == 0
}

// frameSkipped counts a frame that is passed over.
func (d *decoder) frameSkipped(flags byte, size uint64) {
	d.partSize += size
	d.parts++
	if flags&wire.FlagMore == 0 {
		d.partSize, d.parts = 0, 0
		d.skipped++
	}
}

// Skipped is how many messages were passed over since it was called last.
func (d *decoder) Skipped() int {
	n := d.skipped
	d.skipped = 0
	return n
}

// moveDown closes the gap before the next n bytes, which are part of the message
// begun.
func (d *decoder) moveDown(n int) {
	if d.gap > 0 {
		copy(d.chunk[d.pos-d.gap:], d.chunk[d.pos:d.pos+n])
	}
}

// fits checks that a command of size bytes may be received, or that such a frame
// may be added to the message begun.
func (d *decoder) fits(flags byte, size uint64) error {
	switch {
	case flags&wire.FlagCommand != 0:
		if size > maxCommand {
			return fmt.Errorf("%w: a command of %d bytes, the limit is %d", wire.ErrCommand, size, maxCommand)
		}
		return nil
	case d.MaxFrame > 0 && size > uint64(d.MaxFrame):
		return fmt.Errorf("%w: a frame of %d bytes, the limit is %d", ErrTooLarge, size, d.MaxFrame)
	case d.MaxFrames > 0 && d.parts >= d.MaxFrames:
		return fmt.Errorf("%w: a message of more than %d frames", ErrTooLarge, d.MaxFrames)
	case d.MaxMessage > 0 && d.partSize+size > uint64(d.MaxMessage):
		return fmt.Errorf("%w: a message of %d bytes, the limit is %d", ErrTooLarge, d.partSize+size, d.MaxMessage)
	case d.keep == keepAll && d.partSize+size > maxBody: // what is passed over need not be held
		return fmt.Errorf("%w: a message of %d bytes cannot be held", ErrTooLarge, d.partSize+size)
	}
	return nil
}

// scanShort is the hot path: messages of one short frame, one after the other.
func (d *decoder) scanShort(room int) {
	if d.pos != d.whole || d.wholeRefs != len(d.refs) || d.keep != keepAll {
		return
	}
	if least := min(uint64(d.MaxMessage-1), uint64(d.MaxFrame-1)); least < math.MaxUint8-1 { // 0, no limit, is the largest
		return // each has to be looked at
	}
	b, pos, end := d.chunk, d.pos, d.end
	msgs, size := d.msgs, d.size
	most := min(room, msgs+d.turn)
	for msgs < most && end-pos >= 2 && b[pos] == 0 {
		next := pos + 2 + int(b[pos+1])
		if next > end {
			break
		}
		msgs++
		size += next - pos - 2
		pos = next
	}
	d.turn -= msgs - d.msgs
	d.pos, d.whole, d.msgs, d.size = pos, pos, msgs, size
	d.refs = d.refs[:d.wholeRefs]
}

// frameDone counts a frame that is complete; the last one completes a message.
func (d *decoder) frameDone(flags byte, size int) {
	d.partSize += uint64(size)
	d.parts++
	if flags&wire.FlagMore != 0 {
		return
	}
	d.whole, d.wholeRefs = d.pos-d.gap, len(d.refs)
	d.msgs++
	d.size += int(d.partSize) // it is in memory
	d.partSize, d.parts = 0, 0
}

// addRef appends to refs, of which batches are handed out piece by piece: one
// allocation serves many.
func (d *decoder) addRef(r message.Ref) {
	if len(d.refs) == cap(d.refs) {
		d.refs = append(make([]message.Ref, 0, max(refArena, 2*len(d.refs))), d.refs...)
	}
	d.refs = append(d.refs, r)
}

// refArena is how many references are allocated at a time.
const refArena = 32

// SkipCommand goes past the command that Scan found. There must be no whole
// message left in the decoder.
func (d *decoder) SkipCommand(body []byte) {
	_, _, n, _ := wire.ParseFrameHeader(d.chunk[d.pos:d.end])
	n += len(body)
	if d.pos-d.gap == d.whole {
		d.Skip(n)
		return
	}
	d.gap += n
	d.pos += n
}

// Skip goes past n bytes that are not part of any message. None is begun, and no
// whole one is left in the decoder.
func (d *decoder) Skip(n int) {
	d.pos += n
	d.start, d.whole, d.gap = d.pos, d.pos, 0
}

// Bytes is what has been received and not been scanned: the handshake reads it
// by itself.
func (d *decoder) Bytes() []byte { return d.chunk[d.pos:d.end] }

// Batch hands out the whole messages; false if there is none.
func (d *decoder) Batch() (message.Batch, bool) {
	if d.msgs == 0 {
		return message.Batch{}, false
	}
	b := message.Batch{Buf: d.chunk[d.start:d.whole:d.whole], Msgs: d.msgs, Size: d.size, Mem: d.mem}
	d.mem.Retain(d.msgs)
	if d.wholeRefs > 0 {
		b.Refs = d.refs[:d.wholeRefs:d.wholeRefs]
		d.refs = d.refs[d.wholeRefs:]
		for i := range d.refs {
			d.refs[i].At -= d.whole - d.start
		}
	}
	if d.gap > 0 && d.parts == 0 { // it was cut out of the last one
		d.whole, d.gap = d.pos, 0
	}
	d.start, d.wholeRefs, d.msgs, d.size = d.whole, 0, 0, 0
	return b, true
}
