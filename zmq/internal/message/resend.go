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

// DropSubscriptions drops the subscriptions and keeps the messages.
func (b *Batch) DropSubscriptions() {
	kept := Batch{Msgs: b.Msgs, Size: b.Size}
	for pos, refs := 0, b.Refs; pos < len(b.Buf) || len(refs) > 0; {
		if len(refs) > 0 && refs[0].At == pos && refs[0].Framed {
			kept.appendRef(refs[0])
			refs = refs[1:]
			continue
		}
		flags, size, header, _ := wire.ParseFrameHeader(b.Buf[pos:])
		start := pos
		pos += header
		large := len(refs) > 0 && refs[0].At == pos && size > 0
		if !large {
			pos += int(size)
		}
		if flags&wire.FlagCommand != 0 {
			kept.Msgs--
			kept.Size -= int(size)
			continue
		}
		kept.Buf = append(kept.Buf, b.Buf[start:pos]...)
		if large {
			kept.appendRef(refs[0])
			refs = refs[1:]
		}
	}
	*b = kept
}

// appendRef appends r, with its hold, behind what is there.
func (b *Batch) appendRef(r Ref) {
	r.At = len(b.Buf)
	b.Refs = append(b.Refs, r)
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
