//go:build windows

package iocp

import (
	"io"
	"syscall"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// This file reads and writes without waiting.

// TryRead implements backend.Handle.
func (h *handle) TryRead(b []byte) (int, error) {
	n, err := h.try(backend.In, func(*opQueue) (int, syscall.Errno) { return h.recv(b) })
	if n == 0 && err == nil && len(b) > 0 {
		err = io.EOF
	}
	return n, err
}

// TryWrite implements backend.Handle.
func (h *handle) TryWrite(b []byte) (int, error) {
	return h.try(backend.Out, func(*opQueue) (int, syscall.Errno) { return h.send(b) })
}

// TryWriteV implements backend.Handle.
func (h *handle) TryWriteV(v [][]byte) (int, error) {
	return h.try(backend.Out, func(q *opQueue) (int, syscall.Errno) {
		if q.vector.Set(v) == 0 {
			return 0, 0
		}
		defer q.vector.Reset()
		return h.sendV(&q.vector)
	})
}

// try makes a call that does not wait, outside of the queue of direction d.
func (h *handle) try(d backend.Direction, call func(*opQueue) (int, syscall.Errno)) (int, error) {
	if h.listener || h.packet {
		return 0, backend.ErrWrongHandle
	}
	q := &h.queues[d]
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.closed != nil:
		return 0, q.closed
	case q.writeClosing:
		return 0, backend.ErrWriteClosed
	}
	n, errno := call(q)
	switch errno {
	case 0:
		return n, nil
	case sys.WouldWait:
		return 0, backend.ErrWouldBlock
	}
	if d == backend.In {
		return 0, h.opError("read", errno)
	}
	return 0, h.opError("write", errno)
}

func (h *handle) recv(b []byte) (int, syscall.Errno) {
	if h.name != "" {
		return sys.ReadPipe(h.fd, b)
	}
	return sys.Recv(h.fd, b)
}

func (h *handle) send(b []byte) (int, syscall.Errno) {
	if h.name != "" {
		return sys.WritePipe(h.fd, b)
	}
	return sys.Send(h.fd, b)
}

func (h *handle) sendV(v *sys.Vector) (int, syscall.Errno) {
	if h.name != "" {
		return sys.WritePipeVector(h.fd, v)
	}
	return sys.SendVector(h.fd, v)
}
