package engine

import (
	"fmt"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// coding is what a connection has whose bytes are not the frames of ZMTP 2 and
// 3. A plain connection has none: its batches have the form in which they are
// written, and its bytes are decoded where they were read to.
//
//	batch ──encode──▶ part ──Segments──▶ vec ──▶ stream ──▶ in ──decode──▶ decoder
//
// The way out belongs to the writer, the way in to the dispatcher's goroutine.
//
// A batch is encoded part by part, each when the one before is written, so that
// the encoded form of a batch does not need memory for all of it at once.
type coding struct {
	codec wire.Codec

	frames message.Frames // of what is being written; those that are not encoded yet
	own    message.Batch  // what is being written if it is not inFlight: commands
	part   message.Batch  // the encoded frames: only Buf and Refs are used
	ends   []int          // where in part each message ends
	before int            // encoded bytes of earlier parts
	whole  int            // messages that ended in earlier parts

	in     decoder // holds the bytes received: nothing is scanned in it
	header []byte  // of the frame being decoded: what is still to be passed on
	body   []byte  // the same of its body, which may alias in
	size   int     // its encoded size
	space  [16]byte
}

const (
	// partSize is how many encoded bytes a part has at least, unless it is the
	// last one.
	partSize = 128 << 10
	// maxKeptPart is the most memory, in bytes, that is kept from one part for the
	// next.
	maxKeptPart = 2 * partSize
)

// startCoding makes codec encode and decode from here on. What was received
// behind the handshake is encoded already; what the handshake has queued is not
// to be encoded.
func (e *conn) startCoding(codec wire.Codec) {
	e.mu.Lock()
	if len(e.queued) > 0 {
		e.vec = message.AppendPieces(e.vec, e.queued, e.piece())
		e.queued = nil
	}
	e.mu.Unlock()
	e.coding = &coding{codec: codec, in: e.decoder}
	e.decoder = e.newDecoder()
}

// layBatch lays out inFlight for writing.
func (e *conn) layBatch() {
	if e.coding == nil {
		e.vec = e.inFlight.Segments(e.vec[:0], e.piece())
		return
	}
	e.coding.frames = e.inFlight.Frames()
	e.encodeMore()
}

// layCommands lays out commands for writing.
func (e *conn) layCommands(b []byte) {
	if e.coding == nil {
		e.vec = message.AppendPieces(e.vec[:0], b, e.piece())
		return
	}
	e.coding.own.Buf = b
	e.coding.frames = e.coding.own.Frames()
	e.encodeMore()
}

// encodeMore lays out the next part of what is being written, once the last one
// is written. It returns false if there is none.
func (e *conn) encodeMore() bool { return e.coding != nil && e.encodePart() }

func (e *conn) encodePart() bool {
	if !e.coding.encode() {
		return false
	}
	e.vec, e.next = e.coding.part.Segments(e.vec[:0], e.piece()), 0
	return true
}

// encode encodes the next part.
func (c *coding) encode() bool {
	flags, body, ok := c.frames.Next()
	if !ok {
		c.forget()
		return false
	}
	c.before += c.part.WireSize()
	c.whole += len(c.ends)
	c.part.Reset()
	c.ends = c.ends[:0]
	if cap(c.part.Buf) > maxKeptPart {
		c.part.Buf = nil
	}
	for size := 0; ok; flags, body, ok = c.frames.Next() {
		had := len(c.part.Buf)
		encoded, rest := c.codec.AppendFrame(c.part.Buf, flags, body)
		c.part.Buf = encoded
		if len(rest) > 0 {
			c.part.Refs = append(c.part.Refs, message.Ref{At: len(encoded), Body: rest})
		}
		size += len(encoded) - had + len(rest)
		if flags&wire.FlagMore == 0 { // a command may be a subscription
			c.ends = append(c.ends, size)
		}
		if size >= partSize {
			break
		}
	}
	return true
}

// forget ends the encoding of a batch, all of which is written.
func (c *coding) forget() {
	c.frames, c.own.Buf = message.Frames{}, nil
	c.part.Reset()
	c.ends, c.before, c.whole = c.ends[:0], 0, 0
}

// sent returns how many messages are wholly among the first n encoded bytes of
// a batch.
func (c *coding) sent(n int) int {
	msgs := c.whole
	for _, end := range c.ends {
		if c.before+end > n {
			break
		}
		msgs++
	}
	return msgs
}

// dropWritten removes the messages from inFlight that are written.
func (e *conn) dropWritten() {
	switch {
	case e.coding != nil:
		e.inFlight.DropMessages(e.coding.sent(e.written))
	case e.cfg.Type.Sends(wire.Subscriptions):
		_, whole := translate(&e.inFlight, e.subscribesByCommand, e.written)
		e.inFlight.DropMessages(whole)
	default:
		e.inFlight.DropWritten(e.written)
	}
}

// incoming returns where received bytes go to.
func (e *conn) incoming() *decoder {
	if e.coding != nil {
		return &e.coding.in
	}
	return &e.decoder
}

// decodeMore decodes received bytes into the decoder, up to what it has memory
// for. It reports whether there were any that could be decoded.
func (e *conn) decodeMore() (bool, error) {
	if e.coding == nil {
		return false, nil
	}
	return e.coding.decode(&e.decoder)
}

func (c *coding) decode(d *decoder) (bool, error) {
	if more, err := c.parse(d); !more {
		return false, err
	}
	first, behind := d.Space()
	total := 0
	for len(first) > 0 {
		n := copy(first, c.header)
		c.header = c.header[n:]
		m := copy(first[n:], c.body)
		c.body = c.body[m:]
		n += m
		total += n
		if first = first[n:]; len(first) == 0 {
			first, behind = behind, nil
		}
		if more, err := c.parse(d); err != nil {
			return false, err
		} else if !more {
			break
		}
	}
	d.Received(total)
	return true, nil
}

// parse finds the next frame, if the last one is passed on. It returns false if
// more bytes have to come.
func (c *coding) parse(d *decoder) (bool, error) {
	if len(c.header)+len(c.body) > 0 {
		return true, nil
	}
	if c.size > 0 {
		c.in.Skip(c.size)
		c.size = 0
	}
	if c.in.Ahead() == 0 {
		return false, nil
	}
	flags, body, n, err := c.codec.ParseFrame(c.in.Bytes())
	if err != nil {
		return false, err
	}
	if n == 0 {
		return false, c.checkAhead(d)
	}
	c.header, c.body, c.size = wire.AppendFrameHeader(c.space[:0], flags, len(body)), body, n
	return true, nil
}

// checkAhead checks that a frame that is not complete does not exceed the
// limits. The decoder checks it exactly when it is decoded.
func (c *coding) checkAhead(d *decoder) error {
	most := maxBody
	if d.MaxFrame > 0 {
		most = min(most, uint64(d.MaxFrame))
	}
	if ahead := c.in.Ahead(); uint64(ahead) > max(most, maxCommand)+wire.MaxCodecOverhead {
		return fmt.Errorf("%w: %d bytes of an encoded frame, the limit of a frame is %d", ErrTooLarge, ahead, most)
	}
	return nil
}

// begun reports whether a part of a message has come.
func (e *conn) begun() bool {
	return e.decoder.Begun() || e.coding != nil && e.coding.in.Begun()
}

// largeChunk reports whether shrink would free memory.
func (e *conn) largeChunk() bool {
	return e.decoder.LargeBody() || e.coding != nil && e.coding.in.LargeBody()
}

// shrink gives memory back that a burst has taken.
func (e *conn) shrink() {
	e.decoder.Shrink()
	if e.coding != nil {
		e.coding.in.Shrink()
	}
}

// decoded reports whether all frames that were parsed are passed on: then the
// memory of the bytes received may move.
func (c *coding) decoded() bool { return c == nil || len(c.header)+len(c.body) == 0 }
