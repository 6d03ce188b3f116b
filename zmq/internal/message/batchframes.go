package message

import "github.com/actum-go/actum/zmq/internal/wire"

// Frames walks over the frames of a batch, which must not change meanwhile.
type Frames struct {
	batch  *Batch
	pos    int    // in batch.Buf
	ref    int    // in batch.Refs
	shared []byte // the rest of the messages of a SharedPage
}

// Frames returns the frames of the batch, from the first on.
func (b *Batch) Frames() Frames { return Frames{batch: b} }

// Next returns the next frame; ok is false behind the last. body aliases the
// batch.
func (f *Frames) Next() (flags byte, body []byte, ok bool) {
	b := f.batch
	if b == nil {
		return 0, nil, false
	}
	if f.ref < len(b.Refs) && len(f.shared) == 0 {
		if r := &b.Refs[f.ref]; r.Framed && r.At == f.pos {
			f.shared = r.Body
			f.ref++
		}
	}
	if len(f.shared) > 0 {
		flags, size, n, _ := wire.ParseFrameHeader(f.shared)
		end := n + int(size)
		body, f.shared = f.shared[n:end], f.shared[end:]
		return flags & (wire.FlagMore | wire.FlagCommand), body, true
	}
	if f.pos >= len(b.Buf) {
		return 0, nil, false
	}
	flags, size, n, _ := wire.ParseFrameHeader(b.Buf[f.pos:])
	flags &= wire.FlagMore | wire.FlagCommand
	f.pos += n
	if f.ref < len(b.Refs) && size > 0 && b.Refs[f.ref].At == f.pos {
		body = b.Refs[f.ref].Body
		f.ref++
		return flags, body, true
	}
	body = b.Buf[f.pos : f.pos+int(size)]
	f.pos += int(size)
	return flags, body, true
}
