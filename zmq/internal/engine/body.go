package engine

import (
	"math"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// Bodies that are too large for the chunk get memory of their own, as far as
// the peer is trusted, and the rest of them is read straight into it.

// await prepares for a frame of which have bytes are there. A small one is
// completed in the chunk, a large one gets memory of its own.
func (d *decoder) await(flags byte, size uint64, header, have int) {
	if size < directMin || flags&wire.FlagCommand != 0 {
		d.next = max(d.next, min(int(size)+header, int(d.maxChunk)))
		return
	}
	d.flags, d.bodyLen, d.got = flags, int(size), have
	d.large = d.alloc(min(d.bodyLen, max(int(d.trust), have)))
	copy(d.large.Data(), d.chunk[d.pos+header:d.end])
	d.moveDown(header)
	d.pos += header - d.gap
	d.end, d.gap = d.pos, 0 // what follows the header lies elsewhere now
}

const (
	// maxCommand bounds commands after the handshake: a subscription is the longest
	// there is.
	maxCommand = wire.MaxSubscription + 10 // the name, SUBSCRIBE, and its size
	// maxBody bounds a message by what an int can count: half of that on 32-bit
	// systems; elsewhere far more than any memory.
	maxBody = uint64(min(1<<46, math.MaxInt>>1))
)

// needs returns the size of the buffer that a body needs to continue if it is
// larger than the buffer that it got on trust: twice what has come. 0 means it
// has room.
func (d *decoder) needs() int {
	if d.large == nil || d.got < len(d.large.Data()) {
		return 0
	}
	return min(d.bodyLen, 2*d.got)
}

// growBody makes room for more of the body at once: see grow.go.
func (d *decoder) growBody() {
	if size := d.needs(); size > 0 {
		larger := d.alloc(size)
		copy(larger.Data(), d.large.Data()[:d.got])
		d.change(larger)
	}
}

// change replaces the body's buffer by a larger one that has the same content.
func (d *decoder) change(larger *message.Buffer) {
	d.large.Release()
	d.large = larger
}

// finishBody adds a complete body to its message.
func (d *decoder) finishBody() {
	d.trust = max(d.trust, int32(min(d.bodyLen, maxTrust)))
	d.addRef(message.Ref{
		At:   d.pos - d.start,
		Body: d.large.Data()[:d.bodyLen:d.bodyLen],
		Mem:  d.large,
	})
	d.large = nil
	d.frameDone(d.flags, d.bodyLen)
}
