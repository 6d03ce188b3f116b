package message

import (
	"math"

	"github.com/actum-go/actum/zmq/internal/wire"
)

// DropWritten is called for a connection that broke after n bytes of the batch.
// Messages that are wholly among them have left and are dropped. The others,
// also the one that was cut, are kept whole, to be sent on the next connection.
// It returns how many messages and bytes of payload have left.
func (b *Batch) DropWritten(n int) (msgs, size int) { return b.drop(n, math.MaxInt) }

// DropMessages is DropWritten for a number of messages that have left.
func (b *Batch) DropMessages(n int) { b.drop(math.MaxInt, n) }

// drop drops the messages that are wholly among the first n bytes, up to most
// messages.
func (b *Batch) drop(n, most int) (msgs, size int) {
	before := b.unshared()
	for _, r := range b.Refs {
		if r.Framed {
			r.Mem.Release()
		}
	}
	*b = before
	pos, ref := 0, 0
	start, startRef := 0, 0 // where the first message to be kept begins
	whole := 0              // payload in the frames seen so far
	for pos < len(b.Buf) && msgs < most {
		flags, body, header, _ := wire.ParseFrameHeader(b.Buf[pos:])
		pos += header
		n -= header + int(body)
		if ref < len(b.Refs) && b.Refs[ref].At == pos {
			ref++
		} else {
			pos += int(body)
		}
		if n < 0 {
			break
		}
		whole += int(body)
		if flags&wire.FlagMore == 0 {
			start, startRef, size = pos, ref, whole
			msgs++
		}
	}
	*b = Batch{Buf: before.Buf[start:], Msgs: before.Msgs - msgs}
	for _, r := range before.Refs[startRef:] {
		r.At -= start
		b.Refs = append(b.Refs, r)
	}
	for _, r := range before.Refs[:startRef] {
		if r.Mem != nil {
			r.Mem.Release()
		}
	}
	b.Size = before.Size - size
	return msgs, size
}

// Prepend puts the messages of front before those of b, and empties front.
func (b *Batch) Prepend(front *Batch) {
	back := *b
	*b = Batch{
		Buf:  append(append([]byte(nil), front.Buf...), back.Buf...),
		Refs: append([]Ref(nil), front.Refs...),
		Msgs: front.Msgs + back.Msgs,
		Size: front.Size + back.Size,
	}
	for _, r := range back.Refs {
		r.At += len(front.Buf)
		b.Refs = append(b.Refs, r)
	}
	*front = Batch{}
}
