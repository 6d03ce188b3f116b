//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package readiness

import (
	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// This file tries operations. Each attempt is one system call that does not wait. It
// returns ErrWouldBlock if the operation has to wait, and notes what it says about
// readiness. TryRead, TryWrite and TryWriteV are attempts outside of the queue.

// attemptLocked tries op and reports whether it has completed.
func (q *opQueue) attemptLocked(op *backend.Op) bool {
	switch op.Kind {
	case backend.KindRead:
		op.N, op.Err = q.recvLocked(op.Buf)
	case backend.KindWrite:
		op.N, op.Err = q.sendLocked(op.Buf)
	case backend.KindReadV:
		op.N, op.Err = q.recvVectorLocked(op.Vec)
	case backend.KindWriteV:
		op.N, op.Err = q.sendVectorLocked(op.Vec)
	case backend.KindReceive:
		q.receiveLocked(op)
	case backend.KindReceiveFrom:
		q.receiveFromLocked(op)
	case backend.KindSendTo:
		q.sendToLocked(op)
	case backend.KindAccept:
		q.acceptLocked(op)
	case backend.KindConnect:
		q.finishConnectLocked(op)
	case backend.KindTransmitFile:
		q.transmitLocked(op)
	}
	return op.Err != backend.ErrWouldBlock
}

// noteReadinessLocked notes what an attempt says about readiness: it has moved n of
// size bytes. Fewer bytes than asked for mean that the buffer was empty, or full, at
// that moment, and there will be an edge when it is not. After a hang-up or an error
// there is no edge to come, so reading continues until it finds the end. All of that
// holds for stream sockets only. A terminal, for example, returns one line at a time,
// and only EAGAIN says that there is no more.
func (q *opQueue) noteReadinessLocked(n, size int, errno unix.Errno) {
	if errno == unix.EAGAIN || errno == 0 && n < size && !q.hangup && q.h.Name == "" {
		q.ready = false
	}
}

func (q *opQueue) recvLocked(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	n, errno := q.h.Recv(b)
	q.noteReadinessLocked(n, len(b), errno)
	return q.readResultLocked(n, errno)
}

func (q *opQueue) recvVectorLocked(v [][]byte) (int, error) {
	size := q.vector.Set(v)
	if size == 0 {
		return 0, nil
	}
	n, errno := q.h.recvVector(&q.vector)
	q.vector.Reset()
	q.noteReadinessLocked(n, size, errno)
	return q.readResultLocked(n, errno)
}

func (q *opQueue) readResultLocked(n int, errno unix.Errno) (int, error) {
	if n == 0 && errno == 0 {
		q.ready = true // the next read finds the end again
	}
	return q.h.ReadResult(n, errno)
}

func (q *opQueue) sendLocked(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	n, errno := q.h.Send(b)
	q.noteReadinessLocked(n, len(b), errno)
	return q.writeResultLocked(n, errno)
}

func (q *opQueue) sendVectorLocked(v [][]byte) (int, error) {
	size := q.vector.Set(v)
	if size == 0 {
		return 0, nil
	}
	n, errno := q.h.SendVector(&q.vector)
	q.vector.Reset()
	q.noteReadinessLocked(n, size, errno)
	return q.writeResultLocked(n, errno)
}

func (q *opQueue) writeResultLocked(n int, errno unix.Errno) (int, error) {
	if errno == unix.EPIPE && q.h.WriteClosing {
		return 0, backend.ErrWriteClosed
	}
	return q.h.WriteResult(n, errno)
}

// recvVector is Recv into v, which has been set.
func (h *handle) recvVector(v *sys.Vector) (int, unix.Errno) {
	if h.Name != "" {
		return sys.ReadPipeVector(h.FD, v)
	}
	return sys.RecvVector(h.FD, v)
}

// TryRead implements backend.Handle.
func (h *handle) TryRead(b []byte) (int, error) {
	q, err := h.lockForTry(backend.In)
	if err != nil {
		return 0, err
	}
	n, err := q.recvLocked(b)
	q.Mu.Unlock()
	return n, err
}

// TryWrite implements backend.Handle.
func (h *handle) TryWrite(b []byte) (int, error) {
	q, err := h.lockForTry(backend.Out)
	if err != nil {
		return 0, err
	}
	n, err := q.sendLocked(b)
	q.Mu.Unlock()
	return n, err
}

// TryWriteV implements backend.Handle.
func (h *handle) TryWriteV(v [][]byte) (int, error) {
	q, err := h.lockForTry(backend.Out)
	if err != nil {
		return 0, err
	}
	n, err := q.sendVectorLocked(v)
	q.Mu.Unlock()
	return n, err
}

// lockForTry locks the queue of direction d for an attempt outside of the queue.
func (h *handle) lockForTry(d backend.Direction) (*opQueue, error) {
	if !h.IsStream() {
		return nil, backend.ErrWrongHandle
	}
	q := &h.queues[d]
	q.Mu.Lock()
	if q.Closed != nil {
		err := q.Closed
		q.Mu.Unlock()
		return nil, err
	}
	return q, nil
}

// receiveLocked is the attempt of a receive. It takes a buffer, and returns it if there
// are no bytes. If the pool is empty the operation waits for a buffer.
func (q *opQueue) receiveLocked(op *backend.Op) {
	args := op.Receive()
	buf := q.TakeBufferLocked(q, args.Pool)
	if buf == nil {
		op.Err = backend.ErrWouldBlock
		return
	}
	op.N, op.Err = q.recvLocked(buf.Space())
	if op.Err != nil {
		q.ReturnBufferLocked(buf)
		return
	}
	buf.Fill(op.N)
	args.Buffer = buf
}

// receiveFromLocked is the attempt of a receive-from.
func (q *opQueue) receiveFromLocked(op *backend.Op) {
	args, from := op.Datagram(), op.Sys.Address()
	n, truncated, errno := sys.RecvPacket(q.h.FD, op.Buf, from, &q.vector)
	if errno != 0 {
		q.packetErrorLocked(op, errno)
		return
	}
	op.N, op.Err, args.Truncated = n, nil, truncated
	sys.DecodePacket(from, &args.Addr)
}

// sendToLocked is the attempt of a send-to.
func (q *opQueue) sendToLocked(op *backend.Op) {
	to, err := q.h.EncodeDestination(op)
	if err != nil {
		op.N, op.Err = 0, err
		return
	}
	n, errno := sys.SendPacket(q.h.FD, op.Buf, to, &q.vector)
	if errno != 0 {
		q.packetErrorLocked(op, errno)
		return
	}
	op.N, op.Err = n, nil
}

// packetErrorLocked sets the result of an attempt that has failed: op waits for an
// edge, or completes with an error. A Unix socket gets no edge when there is room in
// the queue of a socket that it is not connected to.
func (q *opQueue) packetErrorLocked(op *backend.Op, errno unix.Errno) {
	stranger := op.Kind == backend.KindSendTo && q.h.Family == unix.AF_UNIX && op.Datagram().Addr.IsValid()
	if errno == unix.EAGAIN && !(stranger && sys.Writable(q.h.FD)) {
		q.ready = false
		op.Err = backend.ErrWouldBlock
		return
	}
	op.N, op.Err = 0, q.h.PacketError(op, errno)
}

// acceptLocked is the attempt of an accept. After an error other than EAGAIN the queue
// stays ready, because there may be more connections.
func (q *opQueue) acceptLocked(op *backend.Op) {
	from := op.Sys.Address()
	fd, errno := sys.Accept(q.h.FD, from)
	switch errno {
	case 0:
		op.New, op.Err = q.h.b.Make(q.h.Accepted(fd, sys.DecodeAddress(from)))
	case unix.EAGAIN:
		q.ready = false
		op.Err = backend.ErrWouldBlock
	default:
		op.Err = q.h.Error("accept", errno)
	}
}
