package engine

// The memory that the decoder's bytes are read into: the chunk of a connection,
// and the next one when that is used up.

import "github.com/actum-go/actum/zmq/internal/message"

const (
	// firstChunk holds a greeting and a handshake with room to spare, and is what
	// a connection that stays idle keeps.
	firstChunk = 384
	// leastRoom is the least number of bytes that a read has room for.
	leastRoom = 64
	// pooledChunk is the smallest chunk that is pooled: the one after the
	// first.
	pooledChunk = 4 << 10
	// maxChunk bounds what one read brings, and the memory that a receiver
	// keeps that keeps one small message.
	maxChunk = 128 << 10
	// directMin is the size in bytes from which a body is read into memory of
	// its own.
	directMin = 32 << 10
	// firstTrust is the trust in a peer that has sent nothing large yet. It
	// grows to the largest body received whole, up to maxTrust: above that a
	// peer gets memory only as it sends.
	firstTrust = 16 << 10
	maxTrust   = 1 << 20
	// window is how much is read behind a body that is read directly: enough
	// for the next header, little enough to copy when it is the start of a
	// body.
	window = 256
)

// Space returns memory for the next bytes of the peer: the free part of the
// chunk. While a body is read directly, first is the memory for the missing
// part of the body, and behind, if all of that fits into the body's memory, is
// free memory of the chunk.
func (d *decoder) Space() (first, behind []byte) {
	d.makeRoom()
	free := d.chunk[d.end:min(len(d.chunk), d.end+int(d.maxChunk))]
	if d.large == nil {
		d.offered = len(free)
		return free, nil
	}
	d.growBody()
	first = d.bodySpace()
	if d.got+len(first) == d.bodyLen {
		behind = free[:min(window, len(free))]
	}
	d.offered = len(first) + len(behind)
	return first, behind
}

// bodySpace returns the memory for the missing part of the body, as far as it
// goes.
func (d *decoder) bodySpace() []byte {
	return d.large.Data()[d.got:min(d.bodyLen, len(d.large.Data()))]
}

// vector makes a slice of two pieces, for a scatter read.
func (d *decoder) vector(first, behind []byte) [][]byte {
	both := &d.directly().both
	*both = [2][]byte{first, behind}
	return both[:]
}

// Received says that n bytes came into the memory that Space returned. It
// reports whether they filled it: then there may be more.
func (d *decoder) Received(n int) (filled bool) {
	filled = n == d.offered
	if d.large != nil {
		direct := min(n, len(d.bodySpace()))
		d.got += direct
		d.end += n - direct
		if d.got == d.bodyLen {
			d.finishBody()
		}
		return filled
	}
	d.end += n
	if filled {
		d.next = min(max(2*d.next, len(d.chunk)), int(d.maxChunk))
	}
	return filled
}

// makeRoom takes a new chunk if the free part of this one is small. Bytes that
// have not been handed out move to it.
func (d *decoder) makeRoom() {
	enough := max(leastRoom, d.next/8)
	if d.large != nil {
		enough = window
	}
	if len(d.chunk)-d.end >= enough {
		return
	}
	if d.mem != nil { // the first chunk is used up: a connection with traffic
		d.next = max(d.next, pooledChunk)
	}
	kept := d.end - d.start - d.gap
	d.moveTo(d.alloc(max(d.next, 2*kept, kept+window)))
}

// moveTo makes mem the chunk. Bytes that were cut out stay behind.
func (d *decoder) moveTo(mem *message.Buffer) {
	n := copy(mem.Data(), d.chunk[d.start:d.pos-d.gap])
	end := n + copy(mem.Data()[n:], d.chunk[d.pos:d.end])
	if d.mem != nil {
		d.mem.Release()
	}
	d.mem, d.chunk = mem, mem.Data()
	d.whole -= d.start
	d.start, d.pos, d.gap, d.end = 0, n, 0, end
}

// Begun reports whether a part of a frame or of a message has come.
func (d *decoder) Begun() bool {
	return d.large != nil || d.skip > 0 || d.parts > 0 || d.end > d.pos
}

// Ahead returns how many bytes have come that were not scanned.
func (d *decoder) Ahead() int { return d.end - d.pos }

// LargeBody reports whether Shrink would free memory.
func (d *decoder) LargeBody() bool { return len(d.chunk) > 2*d.least() }

// least returns the size of a chunk that holds the current bytes and waits for
// more.
func (d *decoder) least() int {
	kept := d.end - d.start - d.gap
	if kept == 0 && d.large == nil {
		return pooledChunk
	}
	return max(pooledChunk, kept+window)
}

// Shrink takes a chunk no larger than needed. The next bytes make it grow
// again.
func (d *decoder) Shrink() {
	size := d.least()
	d.next = pooledChunk
	if size == pooledChunk && d.end == d.start && d.large == nil {
		size, d.next = firstChunk, firstChunk // else the next read would find it too small
	}
	d.moveTo(d.alloc(size))
}

// Close releases the memory of what was being received.
func (d *decoder) Close() {
	if d.large != nil {
		d.large.Release()
	}
	if d.mem != nil {
		d.mem.Release()
	}
	*d = decoder{}
}
