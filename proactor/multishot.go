package proactor

import "github.com/actum-go/actum/proactor/internal/backend"

// A multishot operation is started once and completes again and again, until an
// error, the end of the stream, or Cancel. It works the same way on every backend:
//
//  1. it completes without an error: the handler is called, and op.More() reports that
//     the operation is still outstanding
//  2. the handler returns: the dispatcher starts the operation again
//  3. it completes with an error: op.More() is false, and the operation belongs to the
//     initiator again
//
// Two calls of its handler never overlap, and no completion waits while the handler
// runs: new connections and bytes stay in the listener's queue or in the stream,
// which is the back-pressure. If a buffer pool is empty, the operation waits and
// nothing is lost.

// AcceptMultishot is a multishot Accept: its handler is called with each new stream.
// It ends with an error, or with ErrCanceled after a cancel, and can then be started
// again. If descriptors have run out (syscall.EMFILE) it does not end: it pauses,
// and continues when there are some again; see [Dispatcher.PausedAccepts].
func (h *Handle) AcceptMultishot(op *Operation) {
	h.d.begin(op, KindAccept)
	h.setPolicy(op, completeMultishot)
	h.start(op)
}

// ReceiveMultishot is a multishot Receive: its handler is called with each buffer.
// It ends with io.EOF, another error, or ErrCanceled after a cancel.
func (h *Handle) ReceiveMultishot(op *Operation, pool *BufferPool) {
	h.d.begin(op, KindReceive)
	h.setPolicy(op, completeMultishot)
	h.receive(op, pool)
}

// A composed operation takes several reads or writes, with one start and one
// completion. A cancel, a deadline, a cancel group, a strand, a priority and the
// causal record apply to it as a whole.
//
//   - WriteAll is a transmission without a file to the backend: it keeps its place among
//     the writes of the stream from its first byte to its last.
//   - ReadFull is a sequence of reads that the dispatcher starts, each where the last one
//     ended. No handler is called in between.

// WriteAll writes all of b, which is the runtime's until the handler is called. It
// completes when everything is written, or with the error that stopped it. In both
// cases op.N is the number of bytes that were written, also after a cancel or a
// timeout. Writes that are started later follow behind its last byte, and CloseWrite
// waits for it.
func (h *Handle) WriteAll(op *Operation, b []byte) {
	h.d.begin(op, KindWriteAll)
	r := op.ensureExtra()
	if r.transmission == nil {
		r.transmission = new(backend.Transmission)
	}
	r.transmission.Header = b
	r.transmission.Reset(&op.op)
	op.op.Args = r.transmission
	h.start(op)
}

// ReadFull reads until b, which is the runtime's until the handler is called, is
// full. It completes then, or with the error that stopped it. In both cases op.N is
// the number of bytes that were read, also after a cancel or a timeout. If the
// stream ends before the first byte the error is io.EOF, as for Read; if it ends
// later, io.ErrUnexpectedEOF.
//
// Other reads of h may come between two parts of a ReadFull, so start none while it
// is outstanding. Several WriteAlls may be outstanding.
func (h *Handle) ReadFull(op *Operation, b []byte) {
	h.d.begin(op, KindReadFull)
	h.setPolicy(op, completeReadFull)
	op.ensureExtra().full = readInParts{buf: b}
	op.op.Buf = b
	h.start(op)
}
