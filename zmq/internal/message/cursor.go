package message

import "github.com/actum-go/actum/zmq/internal/wire"

// Cursor reads the messages of a batch, in order, without copying them. The
// batch must be well formed: bytes of a peer are checked before they become a
// batch.
type Cursor struct {
	batch Batch
	small *ownership // of messages of one small frame
	pos   int        // in batch.Buf
	ref   int        // in batch.Refs
	arena Arena
	tried int  // before this position a Run is not worth it
	spare *Run // was not worth it and never published; reused
}

// Load makes the cursor read b from its start.
func (c *Cursor) Load(b Batch) {
	c.batch, c.pos, c.ref, c.small, c.tried = b.unshared(), 0, 0, nil, 0
	if b.Mem != nil {
		c.small = &b.Mem.part
	}
}

// Fill makes the cursor read the messages of source; it returns false if there
// are none. The cursor must be at the end of its batch, whose memory belongs to
// the messages by now.
func (c *Cursor) Fill(source interface{ Take(*Batch) bool }) bool {
	c.batch, c.pos = Batch{}, 0
	if !source.Take(&c.batch) {
		return false
	}
	c.Load(c.batch)
	return true
}

// Next reads a message; it returns false if there is none left.
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
		return Msg{first: buf[start:end:end], own: c.small}, true
	}
	return c.readFrames(), true
}

// readShort is readFrames for a message of short frames, none of which is referred to. It returns false if the next message is another one.
func (c *Cursor) readShort() (Msg, bool) {
	if c.ref != len(c.batch.Refs) {
		return Msg{}, false
	}
	buf, pos := c.batch.Buf, c.pos
	frames := 0
	for flags := byte(wire.FlagMore); flags == wire.FlagMore; frames++ {
		flags = buf[pos]
		if flags > wire.FlagMore || frames == arenaFrames {
			return Msg{}, false
		}
		pos += 2 + int(buf[pos+1])
	}
	list := c.arena.List()
	start := c.pos + 2
	end := start + int(buf[start-1])
	first := buf[start:end:end]
	for end < pos {
		start = end + 2
		end = start + int(buf[start-1])
		list.Add(buf[start:end:end])
	}
	c.pos = pos
	return Msg{first: first, own: c.arena.newRest(list.Frames(), c.batch.Mem)}, true
}

// Done reports whether Next has returned all messages.
func (c *Cursor) Done() bool { return c.pos >= len(c.batch.Buf) }

// AtSubscription reports whether Next will return the body of a subscription
// message, because what comes next is a subscription.
func (c *Cursor) AtSubscription() bool {
	return !c.Done() && c.batch.Buf[c.pos]&wire.FlagCommand != 0
}

// Left returns how many messages Next would return. It looks at every frame.
func (c *Cursor) Left() (n int) {
	for pos, ref := c.pos, c.ref; pos < len(c.batch.Buf); {
		flags, size, header, _ := wire.ParseFrameHeader(c.batch.Buf[pos:])
		pos += header
		if ref < len(c.batch.Refs) && c.batch.Refs[ref].At == pos && size > 0 {
			ref++
		} else {
			pos += int(size)
		}
		if flags&wire.FlagMore == 0 {
			n++
		}
	}
	return n
}

// readFrames reads a message frame by frame.
func (c *Cursor) readFrames() Msg {
	if m, ok := c.readShort(); ok {
		return m
	}
	first, ref, more := c.frame()
	if !more && ref.Body == nil {
		return Msg{first: first, own: c.small}
	}
	if !more {
		return Msg{first: first, own: c.moreOf(ref)}
	}
	mem, shared := ref.Mem, ref.isShared()
	list := c.arena.List()
	for more {
		if list.long() {
			list.Reserve(c.framesLeft())
		}
		var body []byte
		body, ref, more = c.frame()
		if mem == nil {
			mem = ref.Mem // a message releases one piece of memory; others are collected
		}
		shared = shared || ref.isShared()
		list.Add(body)
	}
	isBody := mem != nil
	if mem == nil {
		mem = c.batch.Mem
	}
	m := c.arena.newRest(list.Frames(), mem)
	m.body, m.shared = isBody, shared
	return Msg{first: first, own: m}
}

// framesLeft returns how many frames of the current message are still to be
// read.
func (c *Cursor) framesLeft() (n int) {
	for pos, ref, more := c.pos, c.ref, true; more; n++ {
		flags, size, header, _ := wire.ParseFrameHeader(c.batch.Buf[pos:])
		pos += header
		if ref < len(c.batch.Refs) && c.batch.Refs[ref].At == pos && size > 0 {
			ref++
		} else {
			pos += int(size)
		}
		more = flags&wire.FlagMore != 0
	}
	return n
}

// moreOf returns the ownership of a message of one frame, which r refers to.
// The batch's memory has nothing of it but the header, so its hold there is
// released.
func (c *Cursor) moreOf(r Ref) *ownership {
	if c.batch.Mem != nil {
		c.batch.Mem.Release()
	}
	switch {
	case r.Mem == nil:
		return sharedUnpooled
	case r.Shared || r.Mem.holders.Load() != 1: // its own, because each message says by itself that it was released
		return &ownership{mem: r.Mem, kind: whole, body: true, shared: r.Shared}
	default:
		return r.Mem.sole()
	}
}

// isShared reports whether other messages may refer to the body as well.
func (r *Ref) isShared() bool {
	return r.Body != nil && (r.Mem == nil || r.Shared || r.Mem.holders.Load() != 1)
}

// frame reads one frame. ref has a body if the frame is not in the batch's own
// memory.
func (c *Cursor) frame() (body []byte, ref Ref, more bool) {
	flags, size, n, _ := wire.ParseFrameHeader(c.batch.Buf[c.pos:])
	c.pos += n
	more = flags&wire.FlagMore != 0
	if c.ref < len(c.batch.Refs) && c.batch.Refs[c.ref].At == c.pos && size > 0 {
		r := c.batch.Refs[c.ref]
		c.batch.Refs[c.ref] = Ref{} // other batches may keep the list alive
		c.ref++
		return r.Body[:len(r.Body):len(r.Body)], r, more
	}
	end := c.pos + int(size)
	body = c.batch.Buf[c.pos:end:end]
	c.pos = end
	return body, ref, more
}
