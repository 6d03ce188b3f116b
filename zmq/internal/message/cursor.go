package message

import "github.com/actum-go/actum/zmq/internal/wire"

// Cursor reads the messages of a batch, in order, without copying them. The
// batch must be well formed: whoever made it from a peer's bytes has checked
// it.
type Cursor struct {
	batch Batch
	small *more // of messages of one small frame: the batch's memory
	pos   int   // in batch.Buf
	ref   int   // in batch.Refs
	slab  Slab
	tried int  // before this position a Run is not worth while
	spare *Run // that was not worth while, and that nobody has seen
}

// Load makes the cursor read b from its start.
func (c *Cursor) Load(b Batch) {
	c.batch, c.pos, c.ref, c.small, c.tried = b.unshared(), 0, 0, nil, 0
	if b.Mem != nil {
		c.small = &b.Mem.more
	}
}

// Fill makes the cursor read what source has; false if that is nothing. What it
// read before, whose memory belongs to the messages now, must be at its end.
func (c *Cursor) Fill(source interface{ Take(*Batch) bool }) bool {
	c.batch, c.pos = Batch{}, 0
	if !source.Take(&c.batch) {
		return false
	}
	c.Load(c.batch)
	return true
}

// Next reads a message; false if there is none left.
func (c *Cursor) Next() (Msg, bool) {
	if c.pos >= len(c.batch.Buf) {
		return Msg{}, false
	}
	// The hot path: flags 0 and one byte of length, a message of one short
	// frame. Such a body is never referred to: GatherMin is larger.
	if buf := c.batch.Buf; buf[c.pos] == 0 {
		start := c.pos + 2
		end := start + int(buf[c.pos+1])
		c.pos = end
		return Msg{first: buf[start:end:end], more: c.small}, true
	}
	return c.readFrames(), true
}

// readFrames reads a message frame by frame.
func (c *Cursor) readFrames() Msg {
	first, mem, more := c.frame()
	if !more && mem == nil {
		return Msg{first: first, more: c.small}
	}
	if !more {
		return Msg{first: first, more: &mem.more}
	}
	list := c.slab.List()
	for more {
		var body []byte
		var own *Buffer
		body, own, more = c.frame()
		if mem == nil {
			mem = own // a message gives one piece of memory back; others are collected
		}
		list.Add(body)
	}
	if mem == nil {
		mem = c.batch.Mem
	}
	return Msg{first: first, more: c.slab.more(list.Frames(), mem)}
}

// frame reads one frame.
func (c *Cursor) frame() (body []byte, mem *Buffer, more bool) {
	flags, size, n, _ := wire.ParseFrameHeader(c.batch.Buf[c.pos:])
	c.pos += n
	more = flags&wire.FlagMore != 0
	if c.ref < len(c.batch.Refs) && c.batch.Refs[c.ref].At == c.pos && size > 0 {
		r := c.batch.Refs[c.ref]
		c.batch.Refs[c.ref] = Ref{} // the list may live on with other batches
		c.ref++
		return r.Body, r.Mem, more
	}
	end := c.pos + int(size)
	body = c.batch.Buf[c.pos:end:end]
	c.pos = end
	return body, nil, more
}
