package engine

// Where the decoder's bytes go: the chunk that a connection reads into, and the
// next one when that is used up.

const (
	// firstChunk holds a greeting and a handshake with room to spare, and is what
	// a connection that stays idle keeps.
	firstChunk = 384
	// leastRoom is the least that is read at a time.
	leastRoom = 64
	// pooledChunk is the smallest chunk that is pooled: what follows the first one.
	pooledChunk = 4 << 10
	// MaxChunk bounds what one read brings, and what a receiver that keeps one
	// small message keeps with it.
	maxChunk = 128 << 10
	// DirectMin is the size in bytes from which a body is read into memory of its
	// own.
	directMin = 32 << 10
	// firstTrust is the trust in a peer that has sent nothing large yet: it grows
	// to twice the largest body received whole. A peer that announces more gets
	// memory as it sends.
	firstTrust = 16 << 10
	// window is how much is read behind a body that is read directly: enough for
	// the next header, little enough to copy when it is the start of a body.
	window = 256
)

// Space returns one or two pieces of memory for the next bytes of the peer: what
// is missing of a body, and what is free in the chunk.
func (d *decoder) Space() [][]byte {
	d.makeRoom()
	free := d.chunk[d.end:]
	d.space[1] = nil
	if d.body == nil {
		d.space[0] = free
		return d.space[:1]
	}
	d.growBody()
	rest := d.body.Data()[d.got:min(d.bodyLen, len(d.body.Data()))]
	d.space[0] = rest
	if d.got+len(rest) < d.bodyLen {
		return d.space[:1] // the memory so far ends before the body does
	}
	d.space[1] = free[:min(window, len(free))]
	return d.space[:2]
}

// Received says that n bytes came into what Space returned, and reports whether
// that filled it: then there may be more.
func (d *decoder) Received(n int) (filled bool) {
	filled = n == len(d.space[0])+len(d.space[1])
	if d.body != nil {
		direct := min(n, len(d.space[0]))
		d.got += direct
		d.end += n - direct
		if d.got == d.bodyLen {
			d.finishBody()
		}
		return filled
	}
	d.end += n
	if filled {
		d.next = min(max(2*d.next, len(d.chunk)), d.maxChunk)
	}
	return filled
}

// makeRoom takes a new chunk if the free part of this one is small. What has not
// been handed out moves to it.
func (d *decoder) makeRoom() {
	kept := d.end - d.start
	enough := max(leastRoom, d.next/8)
	if d.body != nil {
		enough = window
	}
	if len(d.chunk)-d.end >= enough {
		return
	}
	if d.mem != nil { // the first one is used up: a connection with traffic
		d.next = max(d.next, pooledChunk)
	}
	mem := d.alloc(max(d.next, 2*kept, kept+window))
	copy(mem.Data(), d.chunk[d.start:d.end])
	if d.mem != nil {
		d.mem.Release()
	}
	d.mem, d.chunk = mem, mem.Data()
	d.whole -= d.start
	d.pos -= d.start
	d.start, d.end = 0, kept
}

// Close gives back what was being received.
func (d *decoder) Close() {
	if d.body != nil {
		d.body.Release()
	}
	if d.mem != nil {
		d.mem.Release()
	}
	*d = decoder{}
}
