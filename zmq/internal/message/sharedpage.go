package message

import (
	"slices"

	"github.com/actum-go/actum/zmq/internal/wire"
)

// SharedPage is memory in which messages are framed once and sent to many
// peers: the peers' batches refer to it instead of having a copy each. A batch
// with several messages in succession refers to all of them at once.
//
// One goroutine at a time writes to a SharedPage. Any goroutine may read its
// messages meanwhile: framed messages are never changed.
type SharedPage struct {
	mem *Buffer // with the page's own hold; nil before the first message
	n   int     // bytes used
}

// Shared is one message framed in a SharedPage. It is valid until the next one.
type Shared struct {
	framed []byte // its spare capacity is the rest of the page
	size   int    // bytes of payload
	mem    *Buffer
	first  bool // the first message of its page
}

// pageSize is the size of a page in bytes: small enough to stay in a cache
// while its content is sent to one peer after the other.
const pageSize = 64 << 10

// Frame frames m; it returns false if m is too large to be copied even once.
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
		p.newPage()
	}
	b := Batch{Buf: p.mem.data[:p.n]}
	b.Append(m, GatherMin)
	s = Shared{framed: b.Buf[p.n:], size: size, mem: p.mem, first: p.n == 0}
	p.n = len(b.Buf)
	return s, true
}

// newPage takes a new page.
func (p *SharedPage) newPage() {
	if p.mem != nil {
		p.mem.Release()
	}
	p.mem, p.n = NewBuffer(pageSize), 0
}

// AppendShared adds a message that several peers are sent. The batch refers to
// it if that costs no more than one reference per page, and copies it
// otherwise: a slow peer that wants few of the messages must not keep all of
// them in memory.
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

// AppendCopy adds a copy of a message that several peers are sent.
func (b *Batch) AppendCopy(s *Shared) {
	b.Msgs++
	b.Size += s.size
	b.Buf = append(b.Buf, s.framed...)
}

// unshared returns b with copies of the messages in pages in its own memory,
// for readers that read message by message. b keeps its holds on the pages.
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
