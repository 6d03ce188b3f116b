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
//	0        start        whole        pos       end          cap
//	| handed  | whole      | message    | not     | free       |
//	| out     | messages   | begun      | scanned |            |
//
// A body of DirectMin bytes or more that is not in the chunk when its header is
// found goes into memory of its own, to which the rest of it is read directly.
type decoder struct {
	alloc             func(size int) *message.Buffer
	mem               *message.Buffer // what chunk lies in, with the decoder's own hold
	chunk             []byte
	start, whole, pos int
	end               int

	refs      []message.Ref // bodies outside the chunk, At counted from start
	wholeRefs int           // those that belong to whole messages
	msgs      int           // whole messages
	size      int           // payload in them
	partSize  int           // payload in the frames of the message begun
	parts     int           // how many frames of it there are

	body    *message.Buffer // a body that is read directly; nil if there is none
	bodyLen int             // how long it is
	got     int             // how much of it has come
	flags   byte            // its frame's flags

	maxFrame int64 // the largest frame accepted; 0 for any
	maxSize  int64 // the largest message accepted, see fits; 0 for any
	trust    int   // a body as large as this is given memory before it has come
	next     int   // size of the next chunk
	maxChunk int

	space [2][]byte // what Space returned last
}

// ErrTooLarge is a frame larger than the maximum frame size, or a message larger
// than the maximum message size.
var ErrTooLarge = errors.New("larger than the maximum size")

// found says why Scan stopped.
type found int

const (
	foundNothing found = iota // all that is there has been scanned: more bytes are needed
	foundFull                 // as many messages as asked for
	foundCommand              // a command frame: its body is in the result
)

func newDecoder(maxFrame, maxSize int64, chunkLimit int) decoder {
	return decoder{alloc: message.NewBuffer, maxFrame: maxFrame, maxSize: maxSize, trust: firstTrust, next: firstChunk, maxChunk: chunkLimit}
}

// Scan walks over whole frames until there are room whole messages in the batch
// or something else is found. The error is final.
func (d *decoder) Scan(room int) (found, []byte, error) {
	for d.body == nil {
		if d.msgs >= room {
			return foundFull, nil, nil
		}
		d.scanShort(room)
		flags, size, n, err := wire.ParseFrameHeader(d.chunk[d.pos:d.end])
		if err != nil || n == 0 {
			return foundNothing, nil, err
		}
		if err := d.fits(flags, size); err != nil {
			return foundNothing, nil, err
		}
		if have := d.end - d.pos - n; uint64(have) < size {
			return foundNothing, nil, d.await(flags, size, n, have)
		}
		body := d.chunk[d.pos+n : d.pos+n+int(size)]
		if flags&wire.FlagCommand != 0 {
			if d.pos != d.whole {
				return foundNothing, nil, fmt.Errorf("%w: a command between the frames of a message", wire.ErrFrame)
			}
			return foundCommand, body, nil
		}
		if d.msgs >= room {
			return foundFull, nil, nil
		}
		d.pos += n + int(size)
		d.frameDone(flags, int(size))
	}
	return foundNothing, nil, nil
}

// fits checks that a command of size bytes may be received, or that such a frame
// may be added to the message begun. The number of frames is bounded as well:
// empty ones without end would fill any memory.
func (d *decoder) fits(flags byte, size uint64) error {
	if flags&wire.FlagCommand != 0 && size > maxCommand {
		return fmt.Errorf("%w: a command of %d bytes, the limit is %d", wire.ErrCommand, size, maxCommand)
	}
	if d.maxFrame > 0 && size > uint64(d.maxFrame) {
		return fmt.Errorf("%w: a frame of %d bytes, the limit is %d", ErrTooLarge, size, d.maxFrame)
	}
	if d.maxSize <= 0 {
		return nil
	}
	if have := uint64(d.partSize); have+size > uint64(d.maxSize) {
		return fmt.Errorf("%w: a message of %d bytes, the limit is %d", ErrTooLarge, have+size, d.maxSize)
	}
	if int64(d.parts) >= max(d.maxSize, minMaxParts) {
		return fmt.Errorf("%w: a message of more than %d frames", ErrTooLarge, d.parts)
	}
	return nil
}

// minMaxParts is how many frames a message may have at least where there is a
// maximum size: a small one must not forbid an envelope.
const minMaxParts = 64

// scanShort is the hot path: messages of one short frame, one after the other.
func (d *decoder) scanShort(room int) {
	if d.pos != d.whole || d.wholeRefs != len(d.refs) {
		return
	}
	if least := min(uint64(d.maxSize-1), uint64(d.maxFrame-1)); least < math.MaxUint8-1 { // 0, no limit, is the largest
		return // each has to be looked at
	}
	b, pos, end := d.chunk, d.pos, d.end
	msgs, size := d.msgs, d.size
	for msgs < room && end-pos >= 2 && b[pos] == 0 {
		next := pos + 2 + int(b[pos+1])
		if next > end {
			break
		}
		msgs++
		size += next - pos - 2
		pos = next
	}
	d.pos, d.whole, d.msgs, d.size = pos, pos, msgs, size
	d.refs = d.refs[:d.wholeRefs]
}

// frameDone counts a frame that is complete; the last one completes a message.
func (d *decoder) frameDone(flags byte, size int) {
	d.partSize += size
	d.parts++
	if flags&wire.FlagMore != 0 {
		return
	}
	d.whole, d.wholeRefs = d.pos, len(d.refs)
	d.msgs++
	d.size += d.partSize
	d.partSize, d.parts = 0, 0
}

// addRef appends to refs, of which batches are handed out piece by piece: one
// allocation serves many.
func (d *decoder) addRef(r message.Ref) {
	if len(d.refs) == cap(d.refs) {
		d.refs = append(make([]message.Ref, 0, max(refSlab, 2*len(d.refs))), d.refs...)
	}
	d.refs = append(d.refs, r)
}

// refSlab is how many references are allocated at a time.
const refSlab = 32

// SkipCommand goes past the command that Scan found. There must be no whole
// message left in the decoder.
func (d *decoder) SkipCommand(body []byte) {
	_, _, n, _ := wire.ParseFrameHeader(d.chunk[d.pos:d.end])
	d.Skip(n + len(body))
}

// Skip goes past n bytes that are not part of any message.
func (d *decoder) Skip(n int) {
	d.pos += n
	d.start, d.whole = d.pos, d.pos
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
	d.start, d.wholeRefs, d.msgs, d.size = d.whole, 0, 0, 0
	return b, true
}
