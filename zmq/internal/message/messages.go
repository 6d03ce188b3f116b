package message

import "unsafe"

// Like is Msg, or a type that is defined as Msg with methods of its own: both have
// the same memory layout.
type Like interface {
	~struct {
		first []byte
		own   *ownership
	}
}

// Messages returns ms as a slice of Msg, without a copy.
func Messages[M Like](ms []M) []Msg {
	return unsafe.Slice((*Msg)(unsafe.Pointer(unsafe.SliceData(ms))), len(ms))
}

// AppendMessages adds messages as Append does, and calls Sent for each. It stops at
// the first one that is not Sendable, and returns how many it has added.
func (b *Batch) AppendMessages(ms []Msg, gatherMin int) int {
	buf, size := b.Buf, 0
	for i := range ms {
		m := &ms[i]
		if m.own == nil && len(m.first) <= 255 && m.first != nil {
			buf = appendShort(buf, m.first)
			size += len(m.first)
			continue
		}
		if !m.Sendable() {
			ms = ms[:i]
			break
		}
		b.Buf = buf
		b.AppendFrom(0, *m, gatherMin)
		b.Msgs-- // counted below
		buf = b.Buf
		m.Sent()
	}
	b.Buf = buf
	b.Msgs += len(ms)
	b.Size += size
	return len(ms)
}

// NextMessages reads messages into ms until it is full or none is left. It returns
// their number, and their payload in bytes.
func (c *Cursor) NextMessages(ms []Msg) (n, size int) {
	buf, pos := c.batch.Buf, c.pos
	for n < len(ms) && pos < len(buf) {
		if buf[pos] == 0 { // see Next
			start := pos + 2
			pos = start + int(buf[pos+1])
			ms[n] = Msg{first: buf[start:pos:pos], own: c.small}
			size += pos - start
		} else {
			c.pos = pos
			ms[n] = c.readFrames()
			size += ms[n].Size()
			pos = c.pos
		}
		n++
	}
	c.pos = pos
	return n, size
}

// ReleaseMessages calls Release for each message. For messages of one small frame that
// share their memory, as those of a received batch do, it is faster.
func ReleaseMessages(ms []Msg) {
	for len(ms) > 0 {
		own, n := ms[0].own, 1
		if own == nil || own.kind != part {
			ms[0].Release()
			ms = ms[1:]
			continue
		}
		for n < len(ms) && ms[n].own == own {
			n++
		}
		clear(ms[:n])
		own.mem.release(n)
		ms = ms[n:]
	}
}
