//go:build windows

package iocp

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"syscall"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/files"
	"github.com/actum-go/actum/proactor/internal/backend/skeleton"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// The kinds of operations: what each asks of the system, and how the answer becomes its
// result. What is common to all comes first, then datagrams, pipes, receives into buffers
// of a pool, and transmissions.

// prepareLocked does what precedes the system call for op. An error is the result of
// op.
func (q *opQueue) prepareLocked(op *backend.Op) error {
	err := q.h.joinPort()
	switch {
	case err != nil && op.Kind == backend.KindConnect:
		return q.failConnectLocked(op, sys.ConnectError(op.Connect(), err))
	case err == nil && op.Kind == backend.KindAccept:
		err = sys.PrepareAccept(&op.Sys, q.h.Local, q.h.options)
	case err == nil && op.Kind == backend.KindSendTo:
		_, err = q.h.EncodeDestination(op)
		return err
	case err == nil && op.Kind == backend.KindTransmitFile && !op.Transmission().Begun:
		if err = q.h.beginTransmit(op.Transmission()); err != nil {
			return q.transmitResultLocked(op, 0, err)
		}
	}
	switch {
	case err == nil:
		return nil
	case q.h.Name != "":
		return &os.PathError{Op: skeleton.Verb(op.Kind), Path: q.h.Name, Err: err}
	}
	return &net.OpError{Op: skeleton.Verb(op.Kind), Net: q.h.Network, Source: q.h.Local, Addr: q.h.Remote, Err: err}
}

// callLocked makes the system call that puts op into flight. Only a transmission
// returns an error.
func (q *opQueue) callLocked(op *backend.Op) (syscall.Errno, error) {
	if q.h.Name != "" {
		return q.callPipeLocked(op)
	}
	switch op.Kind {
	case backend.KindAccept:
		return sys.StartAccept(q.h.FD, &op.Sys), nil
	case backend.KindConnect:
		if backend.IsUnix(q.h.Network) {
			return q.h.b.connectUnix(op), nil
		}
		return sys.StartConnect(&op.Sys), nil
	case backend.KindRead, backend.KindReadV:
		return sys.StartRecv(q.h.FD, &op.Sys, op.Buf, vectorOf(op)), nil
	case backend.KindReceive:
		return sys.StartAwait(q.h.FD, &op.Sys), nil
	case backend.KindTransmitFile:
		return q.transmitLocked(op)
	case backend.KindReceiveFrom:
		return sys.StartRecvFrom(q.h.FD, &op.Sys, op.Buf), nil
	case backend.KindSendTo:
		return sys.StartSendTo(q.h.FD, &op.Sys, op.Buf, !op.Datagram().Addr.IsValid()), nil
	}
	return sys.StartSend(q.h.FD, &op.Sys, op.Buf, vectorOf(op)), nil
}

// vectorOf returns the buffers of a scatter read or a gather write; nil for other kinds.
func vectorOf(op *backend.Op) [][]byte {
	if op.Kind == backend.KindReadV || op.Kind == backend.KindWriteV {
		return op.Vec
	}
	return nil
}

// resultLocked turns how op ended into its result.
func (q *opQueue) resultLocked(op *backend.Op, moved int, errno syscall.Errno) error {
	switch op.Kind {
	case backend.KindAccept:
		return q.acceptResultLocked(op, errno)
	case backend.KindConnect:
		return q.connectResultLocked(op, errno)
	case backend.KindTransmitFile:
		return q.transmitResultLocked(op, errno, nil)
	case backend.KindReceiveFrom, backend.KindSendTo:
		return q.packetResultLocked(op, moved, errno)
	case backend.KindReceive:
		return q.pollErrorLocked(op, errno)
	}
	switch {
	case q.h.Name != "":
		return q.pipeResultLocked(op, moved, errno)
	case errno != 0:
		return q.resultErrorLocked(op, errno)
	case q.Closed != nil:
		op.N = moved
		return q.Closed
	case moved == 0 && op.Kind.Direction() == backend.In:
		return io.EOF
	}
	op.N = moved
	return nil
}

// resultErrorLocked is the error of an operation that the system has ended with errno.
func (q *opQueue) resultErrorLocked(op *backend.Op, errno syscall.Errno) error {
	switch {
	case q.Closed != nil:
		return q.Closed
	case errno == sys.Aborted && q.cancelled:
		return backend.ErrCanceled
	}
	return q.h.Error(skeleton.Verb(op.Kind), errno)
}

// againLocked reports whether op goes to the system once more, for example because the
// peer has gone before it was accepted, or because there is more to transmit.
func (q *opQueue) againLocked(op *backend.Op, moved int, errno syscall.Errno) bool {
	switch op.Kind {
	case backend.KindAccept:
		if q.Closed != nil || !sys.PeerGone(errno) {
			return false
		}
		sys.Close(int(op.Sys.Fd))
		return true
	case backend.KindTransmitFile:
		return q.transmittedLocked(op, moved, errno)
	case backend.KindReceive:
		return q.pollEndedLocked(op, errno)
	case backend.KindRead, backend.KindReadV:
		return q.readEmptyLocked(moved, errno)
	}
	return false
}

// packetResultLocked is the result of a receive-from or a send-to.
func (q *opQueue) packetResultLocked(op *backend.Op, moved int, errno syscall.Errno) error {
	args, receive := op.Datagram(), op.Kind == backend.KindReceiveFrom
	if receive {
		if args.Truncated = errno == sys.TooLong; args.Truncated {
			moved, errno = len(op.Buf), 0
		}
	}
	switch {
	case q.Closed != nil:
		return q.Closed
	case errno == sys.Aborted && q.cancelled:
		return backend.ErrCanceled
	case errno != 0:
		return q.h.PacketError(op, errno)
	}
	if op.N = moved; receive {
		sys.DecodePacket(op.Sys.Address(), &args.Addr)
	}
	return nil
}

// The system calls for pipes take one buffer, not several, and report the end of the
// stream as an error.

// callPipeLocked is callLocked for a pipe.
func (q *opQueue) callPipeLocked(op *backend.Op) (syscall.Errno, error) {
	switch op.Kind {
	case backend.KindRead:
		return sys.StartReadPipe(q.h.FD, &op.Sys, op.Buf), nil
	case backend.KindReadV:
		return sys.StartReadPipe(q.h.FD, &op.Sys, op.Vec[firstNonEmpty(op.Vec)]), nil
	case backend.KindReceive:
		return sys.StartReadPipe(q.h.FD, &op.Sys, nil), nil
	case backend.KindWrite:
		return sys.StartWritePipe(q.h.FD, &op.Sys, op.Buf), nil
	case backend.KindWriteV:
		return sys.StartWritePipe(q.h.FD, &op.Sys, q.gatherLocked(op.Vec)), nil
	}
	return q.transmitLocked(op)
}

// sendPartLocked begins to write b, a part of what op writes.
func (q *opQueue) sendPartLocked(op *backend.Op, b []byte) syscall.Errno {
	if q.h.Name != "" {
		return sys.StartWritePipe(q.h.FD, &op.Sys, b)
	}
	return sys.StartSend(q.h.FD, &op.Sys, b, nil)
}

// errPipeTransmit is the result of the transmission of a file to a pipe.
var errPipeTransmit = fmt.Errorf("iocp transmits files to sockets only: use the goroutine backend, or ReadAt and Write: %w", errors.ErrUnsupported)

// gatherLocked copies buffers into one, as much as a pipe takes.
func (q *opQueue) gatherLocked(v [][]byte) []byte {
	if q.gatherBuffer == nil {
		q.gatherBuffer = make([]byte, 0, sys.PipeSize)
	}
	q.gatherBuffer = q.gatherBuffer[:0]
	for _, b := range v {
		room := cap(q.gatherBuffer) - len(q.gatherBuffer)
		q.gatherBuffer = append(q.gatherBuffer, b[:min(len(b), room)]...)
	}
	return q.gatherBuffer
}

// readEmptyLocked reports whether a read continues because a writer has written no bytes
// to the pipe, which is not the end of the stream.
func (q *opQueue) readEmptyLocked(moved int, errno syscall.Errno) bool {
	return q.h.Name != "" && moved == 0 && errno == 0 && q.Closed == nil && !q.cancelled
}

// pipeResultLocked is the result of a read or a write. A scatter read also reads into its
// other buffers what is there.
func (q *opQueue) pipeResultLocked(op *backend.Op, moved int, errno syscall.Errno) error {
	in := op.Kind.Direction() == backend.In
	switch {
	case in && errno == sys.PipeEnded && q.Closed == nil:
		return io.EOF
	case errno == 0 && in && moved == 0:
		return q.resultErrorLocked(op, sys.Aborted)
	case errno != 0:
		return q.resultErrorLocked(op, errno)
	}
	op.N = moved
	if op.Kind == backend.KindReadV && q.Closed == nil {
		q.fillRestLocked(op)
	}
	return nil
}

// fillRestLocked reads without waiting into the buffers behind the first, if that is
// full.
func (q *opQueue) fillRestLocked(op *backend.Op) {
	first := firstNonEmpty(op.Vec)
	full := op.N == len(op.Vec[first])
	for _, b := range op.Vec[first+1:] {
		if !full {
			return
		}
		n, _ := q.h.Recv(b) // the next read returns an error again
		op.N += n
		full = n == len(b)
	}
}

// firstNonEmpty returns the index of the first buffer that is not empty. There must be
// one.
func firstNonEmpty(v [][]byte) int {
	return slices.IndexFunc(v, func(b []byte) bool { return len(b) > 0 })
}

// The steps of a receive:
//
//  1. A read of no bytes is in flight. It ends when there are bytes, or the end of the
//     stream. The receive owns no buffer meanwhile.
//  2. The receive takes a buffer from the pool. If the pool is empty the receive waits for
//     one, and the system does not have it.
//  3. The bytes are read into the buffer without waiting. If there are none, because
//     another reader took them, the receive returns the buffer and goes back to step 1.

// fillLocked is steps 2 and 3 for op, the head, for which there are bytes.
func (q *opQueue) fillLocked(op *backend.Op) (progress, error) {
	args := op.Receive()
	buf := q.TakeBufferLocked(q, args.Pool)
	if buf == nil {
		return waiting, nil
	}
	n, err := q.h.ReadResult(q.h.Recv(buf.Space()))
	if err != nil {
		q.ReturnBufferLocked(buf)
		if err == backend.ErrWouldBlock {
			op.Flag &^= hasBytes
			return again, nil
		}
		return done, err
	}
	buf.Fill(n)
	op.N, args.Buffer = n, buf
	return done, nil
}

// pollEndedLocked ends step 1, and reports whether the receive continues.
func (q *opQueue) pollEndedLocked(op *backend.Op, errno syscall.Errno) bool {
	if errno != 0 || q.Closed != nil || q.cancelled {
		return false
	}
	op.Flag |= hasBytes
	return true
}

// pollErrorLocked is the result of a receive that ends with step 1. The bytes stay in the
// stream.
func (q *opQueue) pollErrorLocked(op *backend.Op, errno syscall.Errno) error {
	switch {
	case errno == 0:
		errno = sys.Aborted
	case errno == sys.PipeEnded && q.Closed == nil:
		return io.EOF
	}
	return q.resultErrorLocked(op, errno)
}

// A transmission is a sequence of steps, each of which is one operation of the system: a
// write of the header, a TransmitFile of a part of the range, or a write of the trailer.
// The transmission stays the head of its queue meanwhile.

// transmitPart is the most bytes of a file in one step. Between two steps the
// transmission notices that the file was closed or has become shorter.
const transmitPart = 1 << 20

// beginTransmit checks the file before the first step.
func (h *handle) beginTransmit(t *backend.Transmission) error {
	f, ok := t.File.(*files.File)
	switch {
	case t.File == nil:
		t.Begun = true
		return nil
	case h.Name != "":
		return errPipeTransmit
	case !ok:
		return backend.ErrWrongHandle
	}
	return t.Begin(func() (int64, error) { return sizeOf(f) }, func([]byte, int64) (int, error) { return 0, nil })
}

func sizeOf(f *files.File) (int64, error) {
	if err := f.Acquire(); err != nil {
		return 0, err
	}
	defer f.Release()
	return f.Sys().Size()
}

// transmitLocked makes the call for the next step.
func (q *opQueue) transmitLocked(op *backend.Op) (syscall.Errno, error) {
	t := op.Transmission()
	if sent := int(min(t.Sent, int64(len(t.Header)))); sent < len(t.Header) {
		return q.sendPartLocked(op, t.Header[sent:]), nil
	}
	if off, left := t.Place(); left > 0 {
		return q.transmitFileLocked(op, t.File.(*files.File), off, left)
	}
	sent := t.Sent - int64(len(t.Header)) - t.Range
	return q.sendPartLocked(op, t.Trailer[sent:]), nil
}

// transmitFileLocked sends a part of the range, if the file has that much. The file is
// acquired until the step has ended.
func (q *opQueue) transmitFileLocked(op *backend.Op, f *files.File, off, left int64) (syscall.Errno, error) {
	size, err := sizeOf(f)
	if err == nil && size <= off {
		err = io.ErrUnexpectedEOF
	}
	if err == nil {
		err = f.Acquire()
	}
	if err != nil {
		return 0, err
	}
	op.Flag |= holdsFile
	return sys.StartTransmit(q.h.FD, &op.Sys, f.Sys(), off, int(min(left, size-off, transmitPart))), nil
}

// transmittedLocked notes what a step has moved, and reports whether another one
// follows.
func (q *opQueue) transmittedLocked(op *backend.Op, moved int, errno syscall.Errno) (more bool) {
	t := op.Transmission()
	t.Sent += int64(moved)
	if op.Flag&holdsFile != 0 {
		op.Flag &^= holdsFile
		t.File.(*files.File).Release()
	}
	return errno == 0 && q.Closed == nil && !q.cancelled && t.Sent < t.Total()
}

// transmitResultLocked is the result of a transmission that ended with errno, or with err
// before a step began. N is the number of bytes sent in any case.
func (q *opQueue) transmitResultLocked(op *backend.Op, errno syscall.Errno, err error) error {
	t := op.Transmission()
	op.N = t.Moved()
	switch {
	case q.Closed != nil:
		return q.Closed
	case err == nil && q.cancelled && (errno == sys.Aborted || t.Sent < t.Total()):
		return backend.ErrCanceled
	case err == nil && errno == 0:
		return nil
	case err == nil:
		return q.h.Error("write", errno)
	}
	return files.TransmitError(q.h.Name, q.h.Network, q.h.Local, q.h.Remote, err)
}
