package proactor

import (
	"io"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// Composed operations are not short: one start and one completion for as many
// reads or writes as it takes. To cancel, to give a deadline, an owner, a strand
// or a priority means for all of it what it means for one read or write, and so
// does the causal record.
//
//   - WriteAll is what a backend calls a transmission, without a file: it keeps its
//     place among the writes of the stream from its first byte to its last.
//   - ReadFull is a row of reads that the dispatcher starts, each where the last
//     one ended. No handler is called in between.

// composition is what an operation keeps of it, in rare.
type composition struct {
	on   bool // outstanding as a composed operation
	buf  []byte
	n    int // bytes read so far
	sent *backend.Transmission
}

// WriteAll writes all of b, which is the runtime's until the handler is called. It
// completes when everything is written, or with the error that was in the way:
// op.N is how many bytes were, either way, also if it was cancelled or ran out of
// time. It has its place among the writes of the stream like any of them: what is
// started later is written behind its last byte, and CloseWrite waits for that.
func (h *Handle) WriteAll(op *Operation, b []byte) {
	h.d.begin(op, KindWriteAll)
	c := &op.few().composed
	if c.sent == nil {
		c.sent = new(backend.Transmission)
	}
	c.on = true
	c.sent.Header = b
	c.sent.Reset(&op.op)
	op.op.Args = c.sent
	h.start(op)
}

// ReadFull reads until b, which is the runtime's until the handler is called, is
// full. It completes then, or with the error that was in the way: op.N is how many
// bytes were read, either way, also if it was cancelled or ran out of time. The
// end of the stream is io.EOF if it comes before the first byte, as for Read, and
// io.ErrUnexpectedEOF after it.
//
// Other reads of h come between two parts of it: start none while it is
// outstanding. Several of WriteAll may be.
func (h *Handle) ReadFull(op *Operation, b []byte) {
	h.d.begin(op, KindReadFull)
	r := op.few()
	r.shots.begin(h) // for its marks of a cancel between two parts
	r.shots.on = false
	r.composed.on, r.composed.buf, r.composed.n = true, b, 0
	op.op.Buf = b
	h.start(op)
}

// goOn takes what has come of a composed operation, or of a part of it, and reports
// whether another part follows: then the operation is outstanding as before.
func (d *Dispatcher) goOn(o *Operation, r *rare) bool {
	f := &r.composed
	if o.kind == KindReadFull {
		f.n += o.op.N
		if o.op.Err == nil && f.n < len(f.buf) && d.nextPart(o, r) {
			return true
		}
		if o.op.Err == io.EOF && f.n > 0 {
			o.op.Err = io.ErrUnexpectedEOF
		}
		o.op.N, f.buf = f.n, nil
	}
	if f.sent != nil {
		f.sent.Header = nil
	}
	f.on = false
	return false
}

// nextPart starts the next read of o, unless o was asked to end meanwhile, when no
// backend knew of it. Who asks just now leaves a mark and then tells the backend:
// either comes before the last look at the marks.
func (d *Dispatcher) nextPart(o *Operation, r *rare) bool {
	c := o.control.Load()
	start, ended := d.asked(c)
	if ended || r.shots.over() {
		o.op.Err = ErrCanceled // settle knows the reason
		return false
	}
	o.op.Buf = r.composed.buf[r.composed.n:]
	o.op.N = 0
	r.shots.lock(d)
	d.launch(o)
	if again, ended := d.asked(c); again == start && ended || r.shots.over() {
		d.backend.Cancel(&o.op)
	}
	r.shots.unlock(d)
	return true
}

// asked tells which start of its operation c is at, and whether that was asked to
// end early. c may be nil.
func (d *Dispatcher) asked(c *control) (start uint64, ended bool) {
	if c == nil || !c.armed {
		return 0, false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return c.start, c.why != nil
}
