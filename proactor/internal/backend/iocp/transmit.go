//go:build windows

package iocp

import (
	"io"
	"syscall"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/files"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// A transmission is a row of flights, of which each is a write of the header, a
// TransmitFile of a part of the range, or a write of the trailer. The operation
// stays the head of its lane meanwhile.

// transmitPart is the most bytes of a file that are one flight: between two of
// them the transmission sees that the file was closed, or has become shorter.
const transmitPart = 1 << 20

// beginTransmit looks at the file, before the first flight.
func (h *handle) beginTransmit(t *backend.Transmission) error {
	f, ok := t.File.(*files.File)
	switch {
	case t.File == nil:
		t.Begun = true
		return nil
	case h.name != "":
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

// transmit makes the call for the next flight.
func (l *opQueue) transmit(op *backend.Op) (syscall.Errno, error) {
	t := op.Transmission()
	if sent := int(min(t.Sent, int64(len(t.Header)))); sent < len(t.Header) {
		return l.sendPart(op, t.Header[sent:]), nil
	}
	if off, left := t.Place(); left > 0 {
		return l.transmitFile(op, t.File.(*files.File), off, left)
	}
	sent := t.Sent - int64(len(t.Header)) - t.Range
	return l.sendPart(op, t.Trailer[sent:]), nil
}

// transmitFile sends a part of the range, if the file has that much. The file is
// acquired until the flight has ended.
func (l *opQueue) transmitFile(op *backend.Op, f *files.File, off, left int64) (syscall.Errno, error) {
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
	return sys.StartTransmit(l.h.fd, op, f.Sys(), off, int(min(left, size-off, transmitPart))), nil
}

// holdsFile, in Op.Flag: the flight has acquired the file.
const holdsFile = 1

// transmitted notes what a flight has moved, and reports whether another one is
// to follow.
func (l *opQueue) transmitted(op *backend.Op, moved int, errno syscall.Errno) (more bool) {
	t := op.Transmission()
	t.Sent += int64(moved)
	if op.Flag&holdsFile != 0 {
		op.Flag &^= holdsFile
		t.File.(*files.File).Release()
	}
	return errno == 0 && l.closed == nil && !l.recalled && t.Sent < t.Total()
}

// transmitResult is how a transmission has ended: with errno, or with err before
// it came to a flight. What was sent is told in any case.
func (l *opQueue) transmitResult(op *backend.Op, errno syscall.Errno, err error) error {
	t := op.Transmission()
	op.N = t.Moved()
	switch {
	case l.closed != nil:
		return l.closed
	case err == nil && l.recalled && (errno == sys.Aborted || t.Sent < t.Total()):
		return backend.ErrCanceled
	case err == nil && errno == 0:
		return nil
	case err == nil:
		return l.h.failed("write", errno)
	}
	return files.TransmitError(l.h.name, l.h.network, l.h.local, l.h.remote, err)
}
