// Package message holds what travels through a socket: one message ([Msg]), a
// sequence of messages framed for the wire ([Batch]), and their memory
// ([Buffer]). It does no I/O.
package message

import (
	"bytes"
	"fmt"
	"sync"
	"sync/atomic"
)

// Msg is one message: zero, one or many frames, always sent and received as a
// whole. It is a value of four words, which travels in registers; a message of
// one frame has no memory of its own beside the frame.
//
// Any number of goroutines may read and send a Msg at once. Its bytes stay
// valid as long as anything refers to them, unless [Msg.Release] is called.
// They must not be written to once the message was sent. Those of a received
// message must not be written to at all: several inproc subscribers may have
// the same memory.
type Msg struct {
	first []byte     // frame 0; nil only if there is no frame at all
	own   *ownership // nil for a message of one frame in memory that is not pooled
}

// ownership is what only some messages have. Copies of a Msg share it. Except
// for released it is not changed once the program has a Msg that refers to it.
type ownership struct {
	rest [][]byte // frames 1 and up
	mem  *Buffer  // pooled memory of the frames, with a hold; nil if there is none
	kind kind
	body bool // mem has one large body, not many messages
	// shared: others may refer to a frame as well, and no count says when they
	// stop.
	shared bool
	// given: the caller does not keep the message once it is sent; see Sent.
	given    bool
	released atomic.Bool // by Release; not of kind part
}

// kind says which messages an ownership belongs to.

type kind uint8

const (
	list  kind = iota // one message of any number of frames
	whole             // one message of one frame; mem counts others that have it
	part              // all messages of one frame in mem, which has a hold for each
)

// sharedUnpooled is the ownership of messages of one frame in memory of the program.
var sharedUnpooled = &ownership{shared: true}

// New makes a message of the given frames without copying them: the caller must
// not write to them again. New() has no frame, New(nil) has one empty frame.
func New(frames ...[]byte) Msg {
	if len(frames) == 0 {
		return Msg{}
	}
	m := Single(frames[0])
	if len(frames) > 1 {
		// A list of its own: the caller's can stay on the stack, and a message
		// of one frame allocates nothing.
		m.own = &ownership{rest: append([][]byte(nil), frames[1:]...)}
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

// borrowed has the ownerships of Borrow.
var borrowed = sync.Pool{New: func() any { return new(ownership) }}

// Borrow makes a message of short frames without copying them, for the time of one
// Send: all of them are shorter than GatherMin, so Send copies them. It returns false if
// one is not. The caller ends the time with GiveBack.
func Borrow(frames ...[]byte) (Msg, bool) {
	for _, f := range frames {
		if len(f) >= GatherMin {
			return Msg{}, false
		}
	}
	if len(frames) < 2 {
		return New(frames...), true
	}
	own := borrowed.Get().(*ownership)
	own.rest = append(own.rest[:0], frames[1:]...)
	return Msg{first: nonNil(frames[0]), own: own}, true
}

// GiveBack frees the list of a message that Borrow has made, which must not be used any
// more.
func (m Msg) GiveBack() {
	if m.own != nil {
		clear(m.own.rest)
		*m.own = ownership{rest: m.own.rest[:0]}
		borrowed.Put(m.own)
	}
}

// Alloc makes a message of one frame of size bytes out of the pool. Its content
// is undefined: fill [Msg.Bytes] before sending it.
func Alloc(size int) Msg {
	b := NewBuffer(size)
	return Msg{first: nonNil(b.data[:size:size]), own: &b.whole}
}

// nonNil distinguishes one empty frame from no frame.
func nonNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// Len returns the number of frames.
func (m *Msg) Len() int {
	if m.first == nil {
		return 0
	}
	return 1 + len(m.rest())
}

// rest returns frames 1 and up.
func (m *Msg) rest() [][]byte {
	if m.own == nil {
		return nil
	}
	return m.own.rest
}

// mem returns the pooled memory of the frames, nil if there is none.
func (m *Msg) mem() *Buffer {
	if m.own == nil {
		return nil
	}
	return m.own.mem
}

// Frame returns frame i, counted from 0. It panics if there is no such frame.
func (m *Msg) Frame(i int) []byte {
	if i == 0 && m.first != nil {
		return m.first
	}
	if i < 1 || i >= m.Len() {
		m.noFrame(i)
	}
	return m.own.rest[i-1]
}

// noFrame is a function of its own so that Frame stays short.
func (m *Msg) noFrame(i int) {
	panic(fmt.Sprintf("zmq: Msg.Frame(%d) of a message of %d frames: the first is 0; see Msg.Len", i, m.Len()))
}

// Bytes returns the first frame, which is all of a message of one frame. It is
// nil if the message has no frame.
func (m *Msg) Bytes() []byte { return m.first }

// Frames returns all frames in a new slice.
func (m *Msg) Frames() [][]byte {
	if m.first == nil {
		return nil
	}
	return append(append(make([][]byte, 0, m.Len()), m.first), m.rest()...)
}

// Size returns the number of bytes in all frames.
func (m *Msg) Size() int {
	if m.own == nil {
		return len(m.first)
	}
	return len(m.first) + m.own.size()
}

// size is a function of its own so that Size is inlined.
func (m *ownership) size() (n int) {
	for _, f := range m.rest {
		n += len(f)
	}
	return n
}

// Clone returns a copy of the message in memory of its own. Clone a small
// received message that is kept for long: it shares its memory with those that
// came beside it.
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
// message. Calling it is never necessary: memory that is not given back is
// collected as usual. A program that moves large messages at speed gains by it.
// Release may be called right after the message was sent. The program must not
// touch any frame of the message, or of a copy of the Msg, afterwards, and must
// not release a copy: Release panics if it can detect that.
func (m *Msg) Release() {
	if m.own != nil {
		m.own.giveBack()
	}
	*m = Msg{}
}

// giveBack is a function of its own so that Release is inlined.
func (m *ownership) giveBack() {
	if m == sharedUnpooled {
		return
	}
	if m.kind != part && !m.released.CompareAndSwap(false, true) {
		panic("zmq: Msg.Release: a copy of this message was released before: release one of them only")
	}
	if m.mem != nil {
		m.mem.Release()
	}
}

// Released reports whether a copy of the message is known to have been
// released: its frames must not be read then.
func (m *Msg) Released() bool { return m.own != nil && m.own.released.Load() }

// Sendable reports whether the message has a frame, and was not released.
func (m *Msg) Sendable() bool { return m.first != nil && !m.Released() }

// Give says that the caller does not keep the message once it is sent: Sent
// then releases it. The message must come from Alloc.
func (m *Msg) Give() { m.own.given = true }

// Sent is called when the message was queued for all its receivers, before any
// of them can receive it: after that they see that no one else has it.
func (m *Msg) Sent() {
	if m.own != nil && m.own.given {
		m.own.giveBack()
	}
}

// Own returns the first frame of a received message, for a caller that may
// write to it and keeps nothing else of the message. It is a copy if other
// messages may share it.
func (m *Msg) Own() []byte {
	if m.own == nil || m.own.kind == part || !m.own.isShared() {
		return m.first
	}
	own := bytes.Clone(m.first)
	m.Release()
	return own
}

// OwnFrames is Own for all frames.
func (m *Msg) OwnFrames() [][]byte {
	if m.own == nil || m.own.kind == part || !m.own.isShared() {
		return m.Frames()
	}
	own := m.Clone()
	m.Release()
	return own.Frames()
}

// isShared reports whether other messages may refer to a frame as well. If the
// answer is no it stays so: only a holder of the memory can add a holder.
func (m *ownership) isShared() bool {
	return m.shared || m.kind == whole && m.mem.holders.Load() != 1
}

// Prepend puts a frame before the others. arena allocates the list of frames.
func (m *Msg) Prepend(frame []byte, arena *Arena) {
	if m.first != nil {
		list := arena.List()
		list.Add(m.first)
		for _, f := range m.rest() {
			list.Add(f)
		}
		before := m.own
		m.own = arena.newRest(list.Frames(), m.mem())
		if before != nil {
			m.own.shared = before.kind != part && before.isShared()
			m.own.body = before.body
		}
	}
	m.first = nonNil(frame)
}

// DropFirst removes frame 0; the others remain.
func (m *Msg) DropFirst() {
	rest := m.rest()
	if len(rest) == 0 {
		m.first = nil
		return
	}
	m.first = nonNil(rest[0])
	m.own = m.own.without(rest[1:])
}

// without returns the ownership for the frames rest, without those before them.
// A list keeps its arena's memory alive, so a message of one frame does not use
// one.
func (m *ownership) without(rest [][]byte) *ownership {
	switch {
	case len(rest) > 0:
		return &ownership{rest: rest, mem: m.mem, body: m.body, shared: m.shared}
	case m.mem == nil && m.shared:
		return sharedUnpooled
	case m.mem == nil:
		return nil
	case m.shared:
		return &ownership{mem: m.mem, body: m.body, shared: true}
	case m.body:
		return m.mem.sole()
	default:
		return &m.mem.part
	}
}
