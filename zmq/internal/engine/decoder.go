package engine

import (
	"errors"
	"fmt"
	"math"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// The decoder alone owns the memory that a connection reads into. Bytes go
// through it in this order:
//
//  1. Space returns the memory for the next bytes from the peer; Received says how
//     many came
//  2. Scan walks over whole frames in place until something has to be done: a batch
//     of messages is complete, a command has come, more bytes are needed
//  3. Batch hands the whole messages out; their memory is then the receiver's
//
// The chunk that is read into looks like this; the bytes before start have been
// handed out and are never touched again:
//
//	0        start        whole     pos-gap    pos       end          cap
//	| handed  | whole      | message | cut out  | not     | free       |
//	| out     | messages   | begun   |          | scanned |            |
//
// A command between the frames of a message is not part of it: it is cut out,
// and the frames behind it move down by its length, each of them once.
//
// A body of directMin bytes or more that is not in the chunk when its header is
// found goes into memory of its own, to which the rest of it is read directly.
//
// Messages that the socket cannot receive, see keeping, are skipped as they
// come, and counted.
type decoder struct {
	alloc             func(size int) *message.Buffer
	mem               *message.Buffer // the memory of chunk, with the decoder's own hold
	chunk             []byte
	start, whole, pos int
	end               int
	gap               int // bytes cut out of the message begun, just before pos

	refs      []message.Ref // bodies outside the chunk, At counted from start
	wholeRefs int           // those that belong to whole messages
	msgs      int           // whole messages
	size      int           // payload in them
	partSize  uint64        // payload in the frames of the message begun
	parts     int           // number of these frames

	skip uint64 // bytes of a frame that are still to be skipped
	turn int    // how much may be done before Scan stops: see Turn

	large   *message.Buffer // a body that is read directly; nil if there is none
	bodyLen int             // its length
	got     int             // how many bytes of it have come
	flags   byte            // its frame's flags

	keep     keeping
	maxChunk int32 // the size limit of one chunk, in bytes
	*option.Limits
	trust   int32 // a body up to this size gets memory before it has come
	skipped int32 // messages skipped, and not yet reported
	next    int   // size of the next chunk

	offered int     // how many bytes Space returned last
	direct  *direct // made for a body that is read directly; nil before the first one
}

// ErrTooLarge means that a frame exceeds the maximum frame size, or a message
// the maximum message size or number of frames.
var ErrTooLarge = errors.New("larger than the maximum size")

// keeping says which messages of a peer the socket can receive. The others are
// skipped without being stored. A message that is a subscription in the form of
// ZMTP 3.0 is marked as one: it has one frame, which begins with 0 or 1 and is no
// longer than a subscription may be.
type keeping uint8

const (
	keepAll           keeping = iota // subscriptions are messages like others
	keepMarked                       // all
	keepSubscriptions                // subscriptions only
	keepNone
)

// found says why Scan stopped.
type found int

const (
	foundNothing found = iota // all bytes have been scanned: more are needed
	foundFull                 // a batch is to be taken: it has as many messages as asked for, or as fit together
	foundCommand              // a command frame: its body is in the result
	foundEnough               // the turn is over
)

func newDecoder(l *option.Limits, keep keeping, chunkLimit int) decoder {
	return decoder{
		alloc: message.NewBuffer, Limits: l, keep: keep, trust: firstTrust, next: firstChunk, maxChunk: int32(chunkLimit),
		turn: turnFrames,
	}
}

const (
	// turnFrames is how many frames one turn scans before other connections are
	// served: some milliseconds for frames of the smallest size. Only messages
	// of a few bytes end a turn this way; larger ones end it first by the bytes
	// that a turn reads.
	turnFrames = 1 << 16
	// commandFrames is how many frames a command counts for: it may be
	// answered, or change the peer's subscriptions. So does a message that is a
	// subscription, which is its form before ZMTP 3.1.
	commandFrames = 64
)

// Turn begins a turn.
func (d *decoder) Turn() { d.turn = turnFrames }

// Scan walks over whole frames until there are room whole messages in the batch
// or something else is found. An error is final.
func (d *decoder) Scan(room int) (found, []byte, error) {
	for d.large == nil && d.skipRest() {
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
		if flags&wire.FlagCommand == 0 && d.keep > keepMarked {
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

// wanted reports whether a frame is a message that the socket can receive.
// known is false if its first byte, which decides that, has not come.
func (d *decoder) wanted(flags byte, size uint64, body []byte) (wanted, known bool) {
	if d.keep == keepNone || flags&wire.FlagMore != 0 || d.parts > 0 || size == 0 || size > 1+wire.MaxSubscription {
		return false, true
	}
	if len(body) == 0 {
		return false, false
	}
	_, ok := wire.ParseSubscription(body)
	return ok, true
}

// skipRest drops the received part of a frame that is skipped. It returns false
// if more of it is to come.
func (d *decoder) skipRest() bool {
	if d.skip > 0 {
		n := min(d.skip, uint64(d.end-d.pos))
		d.Skip(int(n))
		d.skip -= n
	}
	return d.skip == 0
}

// frameSkipped counts a frame that is skipped.
func (d *decoder) frameSkipped(flags byte, size uint64) {
	d.partSize += size
	d.parts++
	if flags&wire.FlagMore == 0 {
		d.partSize, d.parts = 0, 0
		d.skipped++
	}
}

// Skipped returns how many messages were skipped since the last call.
func (d *decoder) Skipped() int {
	n := int(d.skipped)
	d.skipped = 0
	return n
}

// moveDown closes the gap before the next n bytes, which are part of the
// message begun.
func (d *decoder) moveDown(n int) {
	if d.gap > 0 {
		copy(d.chunk[d.pos-d.gap:], d.chunk[d.pos:d.pos+n])
	}
}

// fits checks that a command of size bytes may be received, or that such a
// frame may be added to the message begun.
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
	case d.keep <= keepMarked && d.partSize+size > maxBody: // skipped messages need no memory
		return fmt.Errorf("%w: a message of %d bytes cannot be held", ErrTooLarge, d.partSize+size)
	}
	return nil
}

// scanShort is the hot path: a sequence of messages of short frames.
func (d *decoder) scanShort(room int) {
	if d.pos != d.whole || d.wholeRefs != len(d.refs) || d.keep != keepAll {
		return
	}
	if least := min(uint64(d.MaxMessage-1), uint64(d.MaxFrame-1)); least < math.MaxUint8-1 { // no limit is 0, which becomes the largest
		return // each frame has to be checked
	}
	b, pos, end := d.chunk, d.pos, d.end
	msgs, size, turn := d.msgs, d.size, d.turn
	for msgs < room && turn > 0 && end-pos >= 2 {
		next := pos + 2 + int(b[pos+1])
		if next > end {
			break
		}
		frames := 1
		if b[pos] != 0 {
			if next, frames = d.shortFrames(pos, turn); frames == 0 {
				break
			}
		}
		turn -= frames
		msgs++
		size += next - pos - 2*frames
		pos = next
	}
	d.pos, d.whole, d.msgs, d.size, d.turn = pos, pos, msgs, size, turn
	d.refs = d.refs[:d.wholeRefs]
}

// shortFrames returns the position behind a message of several short frames, and their
// number; or 0 if the message is not whole, has another frame, more frames than most, or
// may exceed a limit.
func (d *decoder) shortFrames(pos, most int) (next, frames int) {
	if d.MaxFrames > 0 {
		most = min(most, d.MaxFrames)
	}
	b, end := d.chunk, d.end
	for next = pos; frames < most && end-next >= 2; {
		flags := b[next]
		next += 2 + int(b[next+1])
		if frames++; next > end || flags > wire.FlagMore {
			return 0, 0
		}
		if flags == 0 {
			if uint64(next-pos) > uint64(d.MaxMessage-1) {
				return 0, 0
			}
			return next, frames
		}
	}
	return 0, 0
}

// frameDone counts a frame that is complete; the last one completes a message.
func (d *decoder) frameDone(flags byte, size int) {
	d.partSize += uint64(size)
	d.parts++
	if flags&wire.FlagMore != 0 {
		return
	}
	if d.keep != keepAll && d.parts == 1 {
		d.mark(size)
	}
	d.whole, d.wholeRefs = d.pos-d.gap, len(d.refs)
	d.msgs++
	d.size += int(d.partSize) // an int can count it: the message is in memory
	d.partSize, d.parts = 0, 0
}

// mark marks the message that has just become whole, of one frame, if it is a
// subscription: see message.Batch.AppendSubscription. It counts as a command.
func (d *decoder) mark(size int) {
	_, _, n, _ := wire.ParseFrameHeader(d.chunk[d.whole:d.end])
	body := d.chunk[d.whole+n:][:min(size, 1)]
	if len(d.refs) > d.wholeRefs {
		body = d.refs[d.wholeRefs].Body
	}
	if _, ok := wire.ParseSubscription(body); ok && size <= 1+wire.MaxSubscription {
		d.chunk[d.whole] |= wire.FlagCommand
		d.turn -= commandFrames
	}
}

// addRef appends to refs. Batches take refs piece by piece, so that one
// allocation serves many batches.
func (d *decoder) addRef(r message.Ref) {
	if len(d.refs) == cap(d.refs) {
		d.refs = append(make([]message.Ref, 0, max(refArena, 2*len(d.refs))), d.refs...)
	}
	d.refs = append(d.refs, r)
}

// refArena is how many references are allocated at a time.
const refArena = 32

// SkipCommand skips the command that Scan found. There must be no whole message
// left in the decoder.
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

// Skip skips n bytes that are not part of any message. No message may be begun,
// and no whole one left in the decoder.
func (d *decoder) Skip(n int) {
	d.pos += n
	d.start, d.whole, d.gap = d.pos, d.pos, 0
}

// Bytes returns the bytes that have been received and not been scanned, for the
// handshake.
func (d *decoder) Bytes() []byte { return d.chunk[d.pos:d.end] }

// Batch hands out the whole messages; it returns false if there is none.
func (d *decoder) Batch() (message.Batch, bool) {
	if d.msgs == 0 {
		return message.Batch{}, false
	}
	b := message.Batch{Buf: d.chunk[d.start:d.whole:d.whole], Msgs: d.msgs, Size: d.size, Mem: d.mem}
	d.mem.Retain(d.msgs)
	if d.wholeRefs > 0 { // then the message begun has none: Batch was called when the wait for its body began
		b.Refs = d.refs[:d.wholeRefs:d.wholeRefs]
		d.refs = d.refs[d.wholeRefs:]
	}
	if d.gap > 0 && d.parts == 0 { // a command was cut out of the last message
		d.whole, d.gap = d.pos, 0
	}
	d.start, d.wholeRefs, d.msgs, d.size = d.whole, 0, 0, 0
	return b, true
}
