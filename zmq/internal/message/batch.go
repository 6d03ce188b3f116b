package message

import (
	"encoding/binary"

	"github.com/actum-go/actum/zmq/internal/wire"
)

// GatherMin is the size in bytes from which a frame's body is not copied into a
// batch but referred to, and leaves in a gather write.
const GatherMin = 4 << 10

// Batch is a sequence of whole messages, framed as ZMTP 2 and later frame them
// (RFC 23, framing): flags, length, body, and MORE on all but a message's last
// frame. Subscriptions are between the messages, in a form of their own (see
// AppendSubscription). Framing and small bodies are in one buffer, large bodies are referred
// to. A pipe carries batches: the sender appends to one, a plain connection
// writes it as it is, a receiver reads messages out of it in place.
type Batch struct {
	Buf  []byte // framing and small bodies
	Refs []Ref  // large bodies and shared messages, in order of position
	Msgs int    // messages in the batch
	Size int    // bytes of payload in the batch

	// Mem is the pooled memory of Buf, with a hold for each message of the
	// batch; nil if it is not pooled. Messages read from the batch take their
	// holds with them.
	Mem *Buffer

	piece *piece // the memory that Split cuts from; nil before the first piece
}

// Ref is a large body, which belongs after the first At bytes of the batch's
// buffer. Or it is a sequence of whole messages in a SharedPage, framing
// included.
type Ref struct {
	At     int
	Body   []byte
	Mem    *Buffer // released with the batch; nil if not pooled
	Framed bool    // messages in a SharedPage
	Shared bool    // others may refer to Body too, even if the count of Mem does not say so
}

// Append adds a message of at least one frame. Small frames are copied. Large
// ones are referred to, and the batch takes its own hold on their memory, so
// that the caller may release m. gatherMin is the size from which a frame is
// referred to: at least GatherMin.
func (b *Batch) Append(m Msg, gatherMin int) {
	if m.own == nil && len(m.first) <= 255 { // GatherMin is larger
		b.Buf = appendShort(b.Buf, m.first)
		b.Msgs++
		b.Size += len(m.first)
		return
	}
	b.AppendFrom(0, m, gatherMin)
}

// appendShort appends the frame of a message of up to 255 bytes.
func appendShort(buf, body []byte) []byte {
	start, end := len(buf), len(buf)+2+len(body)
	if end > cap(buf) {
		return append(append(buf, 0, byte(len(body))), body...)
	}
	buf = buf[:end]
	frame := buf[start:]
	frame[0], frame[1] = 0, byte(len(body))
	if len(body) == 8 { // frequent, and half of the time without a call of memmove
		binary.NativeEndian.PutUint64(frame[2:], binary.NativeEndian.Uint64(body))
	} else {
		copy(frame[2:], body)
	}
	return buf
}

// AppendFrom is Append for the frames of m from index from on.
func (b *Batch) AppendFrom(from int, m Msg, gatherMin int) {
	last := m.Len() - 1
	for i := from; i <= last; i++ {
		flags := wire.FlagMore
		if i == last {
			flags = 0
		}
		b.appendFrame(flags, m.Frame(i), m.own, gatherMin)
	}
	b.Msgs++
}

// Envelope is the start of a message: encoded frames, each with MORE set. The
// zero value is no envelope.
type Envelope struct {
	Framed []byte
	Size   int // bytes of payload in Framed
}

// Add appends a frame to the envelope.
func (e *Envelope) Add(body []byte) {
	e.Framed = append(wire.AppendFrameHeader(e.Framed, wire.FlagMore, len(body)), body...)
	e.Size += len(body)
}

// Reset empties the envelope and keeps its memory.
func (e *Envelope) Reset() { e.Framed, e.Size = e.Framed[:0], 0 }

// AppendEnvelope starts a message with e; Append adds the rest of the message.
func (b *Batch) AppendEnvelope(e *Envelope) {
	b.Buf = append(b.Buf, e.Framed...)
	b.Size += e.Size
}

// AppendSubscription adds a subscription. It counts as a message. No peer
// understands its form: a command frame with the body of a subscription message.
// A codec writes it in one of the forms of ZMTP, and receivers find it by
// Cursor.AtSubscription.
func (b *Batch) AppendSubscription(s wire.Subscription) {
	b.Buf = s.AppendBody(wire.AppendFrameHeader(b.Buf, wire.FlagCommand, s.Size()))
	b.Msgs++
	b.Size += s.Size()
}

func (b *Batch) appendFrame(flags byte, body []byte, of *ownership, gatherMin int) {
	b.Buf = wire.AppendFrameHeader(b.Buf, flags, len(body))
	b.Size += len(body)
	if len(body) < gatherMin {
		b.Buf = append(b.Buf, body...)
		return
	}
	r := Ref{At: len(b.Buf), Body: body}
	if of != nil {
		r.Mem, r.Shared = of.mem, of.shared
	}
	if r.Mem != nil {
		r.Mem.Retain(1)
	}
	b.Refs = append(b.Refs, r)
}

// WireSize returns the number of bytes of the batch on the wire.
func (b *Batch) WireSize() int {
	n := len(b.Buf)
	for i := range b.Refs {
		n += len(b.Refs[i].Body)
	}
	return n
}

// Segments appends the batch's bytes in order to v, without copying them. No
// segment is longer than most: longer ones are cut.
func (b *Batch) Segments(v [][]byte, most int) [][]byte {
	at := 0
	for i := range b.Refs {
		r := &b.Refs[i]
		if r.At > at {
			v = AppendPieces(v, b.Buf[at:r.At], most)
			at = r.At
		}
		v = AppendPieces(v, r.Body, most)
	}
	if at < len(b.Buf) {
		v = AppendPieces(v, b.Buf[at:], most)
	}
	return v
}

// AppendPieces appends p to v, in pieces of at most most bytes.
func AppendPieces(v [][]byte, p []byte, most int) [][]byte {
	for len(p) > most {
		v = append(v, p[:most])
		p = p[most:]
	}
	return append(v, p)
}

// Reset empties the batch and keeps its memory for the next one. The memory
// that it referred to is released.
func (b *Batch) Reset() {
	for i := range b.Refs {
		if mem := b.Refs[i].Mem; mem != nil {
			mem.Release()
		}
		b.Refs[i] = Ref{}
	}
	b.Buf, b.Refs, b.Msgs, b.Size = b.Buf[:0], b.Refs[:0], 0, 0
}
