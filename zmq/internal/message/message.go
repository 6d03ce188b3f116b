// Package message holds what travels through a socket: one message ([Msg]), a
// run of messages framed for the wire ([Batch]), and the memory they live in
// ([Buffer]). It does no I/O.
package message

import "bytes"

// Msg is one message: zero, one or many frames, always sent and received as a
// whole. It is a value of four words, which travels in registers; a message of
// one frame has no memory of its own beside the frame.
//
// A Msg is not safe for concurrent use. The bytes of a received message stay
// valid for as long as anything refers to them, unless [Msg.Release] is called.
// They should be read, not written: a message published to several inproc
// subscribers is one and the same memory.
type Msg struct {
	first []byte // frame 0; nil only if there is no frame at all
	more  *more  // nil for a message of one frame in memory that is not pooled
}

// more is what few messages have. It is never changed once a Msg refers to it:
// copies of a Msg share it.
type more struct {
	rest [][]byte // frames 1 and up
	mem  *Buffer  // pooled memory behind the frames, if there is any
}

// New makes a message of the given frames without copying them: the caller
// gives them away and must not write to them again. New() has no frame,
// New(nil) has one empty frame.
func New(frames ...[]byte) Msg {
	if len(frames) == 0 {
		return Msg{}
	}
	m := Single(frames[0])
	if len(frames) > 1 {
		// A list of its own: the caller's stays where it is, on the stack most likely,
		// and a message of one frame costs nothing.
		m.more = &more{rest: append([][]byte(nil), frames[1:]...)}
	}
	return m
}

// Single makes a message of one frame without copying it.
func Single(frame []byte) Msg { return Msg{first: nonNil(frame)} }

// Copy makes a message of copies of the given frames, all in one piece of
// memory.
func Copy(frames ...[]byte) Msg {
	if len(frames) == 0 {
		return Msg{}
	}
	size := 0
	for _, f := range frames {
		size += len(f)
	}
	memory := make([]byte, 0, size)
	copies := make([][]byte, 0, len(frames))
	for _, f := range frames {
		start := len(memory)
		memory = append(memory, f...)
		copies = append(copies, memory[start:len(memory):len(memory)])
	}
	return New(copies...)
}

// Alloc makes a message of one frame of size bytes out of the pool. What is in
// it is undefined: fill [Msg.Bytes] before sending it.
func Alloc(size int) Msg {
	b := NewBuffer(size)
	return Msg{first: nonNil(b.data[:size:size]), more: &b.more}
}

// nonNil keeps "one empty frame" apart from "no frame".
func nonNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// Len is the number of frames.
func (m *Msg) Len() int {
	if m.first == nil {
		return 0
	}
	return 1 + len(m.rest())
}

// rest is frames 1 and up.
func (m *Msg) rest() [][]byte {
	if m.more == nil {
		return nil
	}
	return m.more.rest
}

// mem is the pooled memory behind the frames, nil if there is none.
func (m *Msg) mem() *Buffer {
	if m.more == nil {
		return nil
	}
	return m.more.mem
}

// Frame returns frame i, counted from 0. It panics if there is no such frame.
func (m *Msg) Frame(i int) []byte {
	if i == 0 && m.first != nil {
		return m.first
	}
	return m.rest()[i-1]
}

// Bytes returns the first frame: all of a message of one frame. It is nil if
// the message has no frame.
func (m *Msg) Bytes() []byte { return m.first }

// Frames returns all frames in a new slice.
func (m *Msg) Frames() [][]byte {
	if m.first == nil {
		return nil
	}
	return append(append(make([][]byte, 0, m.Len()), m.first), m.rest()...)
}

// Size is the number of bytes in all frames.
func (m *Msg) Size() int {
	if m.more == nil {
		return len(m.first)
	}
	return len(m.first) + m.more.size()
}

// size is apart, so that Size is inlined.
func (m *more) size() (n int) {
	for _, f := range m.rest {
		n += len(f)
	}
	return n
}

// Clone returns a message with memory of its own. Clone what is to be kept for
// long: a small received message shares its memory with those that arrived
// beside it.
func (m *Msg) Clone() Msg { return Copy(m.Frames()...) }

// Equal reports whether both messages have the same frames.
func (m *Msg) Equal(other *Msg) bool {
	if m.Len() != other.Len() {
		return false
	}
	for i := range m.Len() {
		if !bytes.Equal(m.Frame(i), other.Frame(i)) {
			return false
		}
	}
	return true
}

// Release gives the memory of the message back for reuse and empties the
// message. It is never needed: memory that is not given back is collected like
// any other. A program that moves large messages at speed gains by it; it must
// not touch any frame of the message, or of copies of it, afterwards, nor
// release one of them.
func (m *Msg) Release() {
	if m.more != nil {
		m.more.giveBack()
	}
	*m = Msg{}
}

// giveBack is apart, so that Release is inlined.
func (m *more) giveBack() {
	if m.mem != nil {
		m.mem.Release()
	}
}

// Prepend puts a frame before the others. The list of frames comes out of slab.
func (m *Msg) Prepend(frame []byte, slab *Slab) {
	if m.first != nil {
		list := slab.List()
		list.Add(m.first)
		for _, f := range m.rest() {
			list.Add(f)
		}
		m.more = slab.more(list.Frames(), m.mem())
	}
	m.first = nonNil(frame)
}

// DropFirst removes frame 0; what is left is a message of the others.
func (m *Msg) DropFirst() {
	switch rest, mem := m.rest(), m.mem(); {
	case len(rest) == 0:
		m.first = nil
	case len(rest) == 1 && mem == nil:
		*m = Single(rest[0])
	case len(rest) == 1:
		*m = Msg{first: nonNil(rest[0]), more: &mem.more}
	default:
		*m = Msg{first: nonNil(rest[0]), more: &more{rest: rest[1:], mem: mem}}
	}
}
