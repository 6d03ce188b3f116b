//go:build windows

package iocp

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"syscall"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

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
