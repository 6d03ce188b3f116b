package proactor

import (
	"fmt"
	"net"
	"sync/atomic"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// Handle is a stream (a socket, a pipe, a terminal), a listener, a socket of
// datagrams, or a file. It is safe for use from any goroutine. One
// outstanding operation in each direction is typical; more are carried out in
// the order in which they were started.
type Handle struct {
	d      *Dispatcher
	h      backend.Handle
	state  atomic.Uint32 // handleClosed, and above it how often Cancel was called
	number atomic.Uint32 // in the record; 0 until something is started
	// going counts the multishot operations and the ReadFulls that are outstanding: at
	// times the backend knows nothing of them, and they go on on this very handle.
	going atomic.Int32
}

const handleClosed = 1

// cancels is how often Cancel was called, in some unit.
func (h *Handle) cancels() uint32 { return h.state.Load() &^ handleClosed }

// newHandle makes a handle of what the backend has brought.
func (d *Dispatcher) newHandle(h backend.Handle) *Handle {
	d.load.Add(1)
	return &Handle{d: d, h: h}
}

// MoveTo hands h to another dispatcher, whose backend must be of the same kind:
// it serves what is started on h from then on. Nothing may be outstanding on h
// (the error says so; a multishot operation is, also inside its handler, unless
// More reports false), and nobody else may use h until MoveTo has returned; the
// usual place is the handler that has just accepted h. If it fails h stays where
// it was, unless the other dispatcher is closed: then so is h.
func (h *Handle) MoveTo(d *Dispatcher) error {
	if d == h.d {
		return nil
	}
	var taken backend.Handle
	err := error(ErrBusy)
	if h.going.Load() == 0 {
		taken, err = d.backend.Take(h.h)
	}
	if err != nil {
		return fmt.Errorf("proactor: handing over %v: %w", h.LocalAddr(), err)
	}
	h.d.load.Add(-1)
	d.load.Add(1)
	h.d, h.h = d, taken
	return nil
}

// Accept completes with a new stream, in op.Accepted. An accept that fails for
// want of descriptors (syscall.EMFILE) leaves the listener as it is: start
// another one after a while, or let AcceptEach do so.
func (h *Handle) Accept(op *Operation) {
	h.d.begin(op, KindAccept)
	h.start(op)
}

// Read reads at least one byte, at most len(b), into b, which is the runtime's
// until the handler is called.
func (h *Handle) Read(op *Operation, b []byte) {
	h.d.begin(op, KindRead)
	op.op.Buf = b
	h.start(op)
}

// Write writes at least one byte, at most len(b), of b, which is the runtime's
// until the handler is called.
func (h *Handle) Write(op *Operation, b []byte) {
	h.d.begin(op, KindWrite)
	op.op.Buf = b
	h.start(op)
}

// ReadV is a scatter read: it fills the buffers of v in order, and may end
// early as Read may. v and its buffers are the runtime's until the handler is
// called; v is not changed.
func (h *Handle) ReadV(op *Operation, v [][]byte) {
	h.d.begin(op, KindScatterRead)
	op.op.Vec = v
	h.start(op)
}

// WriteV is a gather write: it writes the buffers of v in order, and may end
// early as Write may. v and its buffers are the runtime's until the handler is
// called; v is not changed.
func (h *Handle) WriteV(op *Operation, v [][]byte) {
	h.d.begin(op, KindGatherWrite)
	op.op.Vec = v
	h.start(op)
}

// start gives op, which has begun, to the backend. The handle is stored only if
// it is another one: then Cancel may look at an operation that is restarted.
func (h *Handle) start(op *Operation) {
	if op.op.Handle != h.h {
		op.op.Handle = h.h
	}
	op.handle = h.recordNumber()
	h.d.start(op)
}

// TryRead reads what is there now, without an operation. It returns
// ErrWouldBlock if there is nothing, io.EOF at the end. It must not be called
// while a read is outstanding.
func (h *Handle) TryRead(b []byte) (int, error) { return h.h.TryRead(b) }

// TryWrite is a speculative write: it writes what there is room for now,
// without an operation. It returns ErrWouldBlock if there is none. It must not
// be called while a write is outstanding.
func (h *Handle) TryWrite(b []byte) (int, error) { return h.h.TryWrite(b) }

// TryWriteV is TryWrite for the buffers of v in order. It does not change v.
func (h *Handle) TryWriteV(v [][]byte) (int, error) { return h.h.TryWriteV(v) }

// LocalAddr is the address of this end.
func (h *Handle) LocalAddr() net.Addr { return h.h.LocalAddr() }

// RemoteAddr is the address of the other end; nil for a listener.
func (h *Handle) RemoteAddr() net.Addr { return h.h.RemoteAddr() }

// Dispatcher is the one that h belongs to.
func (h *Handle) Dispatcher() *Dispatcher { return h.d }

// Cancel is Dispatcher.Cancel for everything that is outstanding on h, which
// stays open. It does not concern what is started afterwards.
func (h *Handle) Cancel() {
	if h.d.journal != nil && h.d.journal.Ask(h.h, "cancel on handle", h.Cancel) {
		return
	}
	h.state.Add(handleClosed + 1)
	h.h.Cancel()
	h.d.hasten()
}

// CloseWrite ends the writing side of a stream socket, in the order of the
// writes: those that were started before are carried out first, those started
// later complete with ErrWriteClosed, which TryWrite returns too, also after MoveTo. The peer reads what was written, then
// io.EOF; reading from h goes on. A write may be short: call this when the last
// one has completed whole.
func (h *Handle) CloseWrite() error {
	if h.d.journal != nil && h.d.journal.Ask(h.h, "close the writing side of handle", func() { _ = h.CloseWrite() }) {
		return nil
	}
	return h.h.CloseWrite()
}

// Close closes h. What is outstanding on it completes with ErrHandleClosed, by
// way of the dispatcher. A second Close does nothing but wait for the first one.
//
// Close does not wait for peers or for operations. It removes the file of a Unix
// socket, with two calls to the file system that the socket was bound in.
func (h *Handle) Close() error {
	if h.d.journal != nil && h.d.journal.Ask(h.h, "close handle", func() { _ = h.Close() }) {
		return nil
	}
	if h.state.Or(handleClosed)&handleClosed != 0 {
		if h.d.journal != nil {
			return nil // one goroutine closes, and the journal knows of one Close
		}
		return h.h.Close()
	}
	h.d.load.Add(-1)
	err := h.h.Close()
	h.d.hasten() // there is a descriptor now; or it was h that had none
	return err
}
