package message

// piece is the pooled memory that batches are cut from by Split.
type piece struct {
	mem  *Buffer // with the piece's own hold; nil before there is any
	room int     // capacity that was left after the last cut
	size int     // size of the current one
}

// The sizes of pieces in bytes. They follow the sizes of batches. Batches
// larger than the largest piece have memory of their own, which append makes. A
// thousand messages of 1 KiB have to fit, or the collector would have more to
// do than the program.
const (
	minPiece = 512
	maxPiece = 4 << 20

	// pieceRefs is how many references are allocated at a time.
	pieceRefs = 32
)

// Split empties the batch and returns its content. Messages that are appended
// next are placed behind that in the same pooled memory while there is room: a
// stream of small batches costs an allocation now and then, not one each, and
// none at all if the messages are released.
func (b *Batch) Split() Batch {
	n := len(b.Buf)
	refs := len(b.Refs)
	whole := Batch{Buf: b.Buf[:n:n], Refs: b.Refs[:refs:refs], Msgs: b.Msgs, Size: b.Size}
	p := b.piece
	if p == nil {
		p = new(piece)
	}
	if inside := p.mem != nil && cap(b.Buf) == p.room; inside { // otherwise append has moved it
		whole.Mem = p.mem
		p.mem.Retain(whole.Msgs)
	} else {
		b.Buf = nil
	}
	*b = Batch{Buf: b.Buf[min(n, len(b.Buf)):], Refs: b.Refs[refs:], piece: p}
	if refs > 0 && cap(b.Refs) == 0 {
		b.Refs = make([]Ref, 0, pieceRefs)
	}
	if cap(b.Buf) < max(n, minPiece/4) { // the next batch is probably as long
		b.nextPiece(n)
	}
	p.room = cap(b.Buf)
	return whole
}

// nextPiece takes new memory for batches of about n bytes.
func (b *Batch) nextPiece(n int) {
	p := b.piece
	if p.mem != nil {
		p.mem.Release()
	}
	p.size = min(max(4*n, p.size/2, minPiece), maxPiece)
	p.mem = NewBuffer(p.size)
	b.Buf = p.mem.Data()[:0]
}
