//go:build windows

package iocp

import (
	"io"
	"syscall"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// This file reads and writes without waiting.

// TryRead implements backend.Handle.
func (h *handle) TryRead(b []byte) (int, error) {
	n, err := h.try(backend.In, func(*opQueue) (int, syscall.Errno) { return h.Recv(b) })
	if len(b) == 0 && err == io.EOF {
		err = nil
	}
	return n, err
}

// TryWrite implements backend.Handle.
func (h *handle) TryWrite(b []byte) (int, error) {
	return h.try(backend.Out, func(*opQueue) (int, syscall.Errno) { return h.Send(b) })
}

// TryWriteV implements backend.Handle.
func (h *handle) TryWriteV(v [][]byte) (int, error) {
	return h.try(backend.Out, func(q *opQueue) (int, syscall.Errno) {
		if q.vector.Set(v) == 0 {
			return 0, 0
		}
		defer q.vector.Reset()
		return h.SendVector(&q.vector)
	})
}

// try makes a call that does not wait, outside of the queue of direction d.
func (h *handle) try(d backend.Direction, call func(*opQueue) (int, syscall.Errno)) (int, error) {
	if !h.IsStream() {
		return 0, backend.ErrWrongHandle
	}
	q := &h.queues[d]
	q.Mu.Lock()
	defer q.Mu.Unlock()
	switch {
	case q.Closed != nil:
		return 0, q.Closed
	case d == backend.Out && h.WriteClosing:
		return 0, backend.ErrWriteClosed
	}
	n, errno := call(q)
	if d == backend.In {
		return h.ReadResult(n, errno)
	}
	return h.WriteResult(n, errno)
}
