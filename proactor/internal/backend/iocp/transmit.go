//go:build windows

package iocp

import (
	"io"
	"syscall"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/files"
	"github.com/actum-go/actum/proactor/internal/sys"
)

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
