package message

import (
	"slices"

	"github.com/actum-go/actum/zmq/internal/wire"
)

// Page is memory that messages are framed in once, to be sent to many peers:
// their batches refer to it instead of having a copy each. A peer that is sent
// one message after the other refers to all of them at once.
//
// A Page is written by one goroutine at a time, and its messages are read by any
// meanwhile: nothing that was framed is ever changed.
type SharedPage struct {
	mem *Buffer // with the page's own hold; nil before the first message
	n   int     // bytes used
}

// Shared is one message framed in a Page. It is good until the next one.
type Shared struct {
	framed []byte // its capacity is the rest of the page
	size   int    // bytes of payload
	mem    *Buffer
	first  bool // of its page
}

// pageSize is the size of a page in bytes: small enough to stay in a cache while
// peer after peer is sent what is in it.
const pageSize = 64 << 10

// Frame frames m; false if it is too large to be copied even once.
func (p *SharedPage) Frame(m Msg) (s Shared, ok bool) {
	size := m.Size()
	if size >= GatherMin {
		return s, false
	}
	room := size + m.Len()*wire.MaxFrameHeader
	if room > pageSize {
		return s, false
	}
	if p.mem == nil || p.n+room > pageSize {
		p.turn()
	}
	b := Batch{Buf: p.mem.data[:p.n]}
	b.Append(m, GatherMin)
	s = Shared{framed: b.Buf[p.n:], size: size, mem: p.mem, first: p.n == 0}
	p.n = len(b.Buf)
	return s, true
}

// turn takes a new page.
func (p *SharedPage) turn() {
	if p.mem != nil {
		p.mem.Release()
	}
	p.mem, p.n = NewBuffer(pageSize), 0
}

// AppendShared adds a message that others are sent too. It is referred to if that
// costs the batch no more than one reference a page, and copied else: a peer that
// is slow, and wants little of what there is, must not keep all of it in memory.
func (b *Batch) AppendShared(s *Shared) {
	b.Msgs++
	b.Size += s.size
	var last *Ref
	if n := len(b.Refs); n > 0 && b.Refs[n-1].Framed && b.Refs[n-1].At == len(b.Buf) {
		last = &b.Refs[n-1]
	}
	switch {
	case last != nil && last.Mem == s.mem && cap(last.Body)-len(last.Body) == cap(s.framed):
		last.Body = last.Body[:len(last.Body)+len(s.framed)]
	case last != nil && s.first, b.Msgs == 1:
		s.mem.Retain(1)
		b.Refs = append(b.Refs, Ref{At: len(b.Buf), Body: s.framed, Mem: s.mem, Framed: true})
	default:
		b.Buf = append(b.Buf, s.framed...)
	}
}

// AppendCopy adds a copy of a message that others are sent too.
func (b *Batch) AppendCopy(s *Shared) {
	b.Msgs++
	b.Size += s.size
	b.Buf = append(b.Buf, s.framed...)
}

// unshared returns b with a copy of what lies in pages in its own memory, for those
// who read it message by message. b keeps its holds on the pages.
func (b *Batch) unshared() Batch {
	if !slices.ContainsFunc(b.Refs, func(r Ref) bool { return r.Framed }) {
		return *b
	}
	own := Batch{Msgs: b.Msgs, Size: b.Size, Mem: b.Mem}
	at := 0
	for _, r := range b.Refs {
		own.Buf = append(own.Buf, b.Buf[at:r.At]...)
		at = r.At
		if r.Framed {
			own.Buf = append(own.Buf, r.Body...)
			continue
		}
		r.At = len(own.Buf)
		own.Refs = append(own.Refs, r)
	}
	own.Buf = append(own.Buf, b.Buf[at:]...)
	return own
}
