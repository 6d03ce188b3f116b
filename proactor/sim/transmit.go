package sim

import (
	"io"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// transmitPart is the number of bytes of a file that are read at a time.
const transmitPart = 64 << 10

// transmit writes what the pipe has room for of a transmission, the head of its
// queue. It reports whether it made progress.
func (p *pipe) transmit(op *backend.Op) bool {
	t := op.Transmission()
	rest, err := p.remaining(t)
	if err != nil {
		p.w.complete(op, t.Moved(), err)
		return true
	}
	n, err := p.tryWrite(rest[:])
	if err == backend.ErrWouldBlock || op != p.w.queue.Head() {
		return err != backend.ErrWouldBlock // a reset has completed op
	}
	p.note(verbWrite, p.from, n, total(rest[:]), err)
	t.Sent += int64(n)
	if err != nil || t.Sent == t.Total() {
		p.w.complete(op, t.Moved(), err)
	}
	return true
}

// remaining returns the next parts of a transmission: of its header, its file and
// its trailer.
func (p *pipe) remaining(t *backend.Transmission) (rest [3][]byte, err error) {
	f, ok := t.File.(*file)
	switch {
	case t.File != nil && !ok:
		return rest, backend.ErrWrongHandle
	case ok && f.closed != nil:
		return rest, f.closed
	case ok && !f.readable():
		return rest, p.from.errno("transmit", backend.EBADF)
	case ok && p.net().chance(diskError, f.who):
		return rest, p.from.errno("transmit", errDisk)
	}
	if !t.Begun {
		size := func() (int64, error) { return int64(len(f.node.data)), nil }
		if err := t.Begin(size, func([]byte, int64) (int, error) { return 0, nil }); err != nil {
			return rest, err
		}
	}
	header := int64(len(t.Header))
	rest[0] = t.Header[min(t.Sent, header):]
	if off, left := t.Place(); left > 0 {
		rest[1] = f.node.slice(off, min(left, transmitPart))
		if len(rest[0])+len(rest[1]) == 0 {
			return rest, io.ErrUnexpectedEOF
		}
		if int64(len(rest[1])) < left {
			return rest, nil
		}
	}
	rest[2] = t.Trailer[max(0, t.Sent-header-t.Range):]
	return rest, nil
}

// transmitCompletes reports whether a transmission will complete without another
// operation being started.
func (p *pipe) transmitCompletes(t *backend.Transmission) bool {
	return p.broken || p.reset || t.Begun && t.Total()-t.Sent <= int64(p.limit-p.data.n)
}

// moved returns the number of bytes that an operation has moved before it ends
// early.
func moved(op *backend.Op) int {
	if op.Kind == backend.KindTransmitFile {
		return op.Transmission().Moved()
	}
	return 0
}
