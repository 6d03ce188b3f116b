//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package readiness

import (
	"io"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// The attempts of a stream. The lane's lock is held.

func (l *lane) recv(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	n, errno := l.h.recv(b)
	l.moved(n, len(b), errno)
	return l.received(n, errno)
}

func (l *lane) recvV(v [][]byte) (int, error) {
	size := l.vector.Set(v)
	if size == 0 {
		return 0, nil
	}
	n, errno := l.h.recvV(&l.vector)
	l.vector.Reset()
	l.moved(n, size, errno)
	return l.received(n, errno)
}

func (l *lane) received(n int, errno unix.Errno) (int, error) {
	switch {
	case errno == unix.EAGAIN:
		return 0, backend.ErrWouldBlock
	case errno != 0:
		return 0, l.h.failed("read", errno)
	case n == 0:
		l.ready = true // the end stays the end
		return 0, io.EOF
	}
	return n, nil
}

func (l *lane) send(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	n, errno := l.h.send(b)
	l.moved(n, len(b), errno)
	return l.sent(n, errno)
}

func (l *lane) sendV(v [][]byte) (int, error) {
	size := l.vector.Set(v)
	if size == 0 {
		return 0, nil
	}
	n, errno := l.h.sendV(&l.vector)
	l.vector.Reset()
	l.moved(n, size, errno)
	return l.sent(n, errno)
}

func (l *lane) sent(n int, errno unix.Errno) (int, error) {
	switch errno {
	case 0:
		return n, nil
	case unix.EAGAIN:
		return 0, backend.ErrWouldBlock
	case unix.EPIPE:
		if l.ending {
			return 0, backend.ErrWriteClosed
		}
	}
	return 0, l.h.failed("write", errno)
}

// TryRead implements backend.Handle.
func (h *handle) TryRead(b []byte) (int, error) {
	l, err := h.try(backend.In)
	if err != nil {
		return 0, err
	}
	n, err := l.recv(b)
	l.mu.Unlock()
	return n, err
}

// TryWrite implements backend.Handle.
func (h *handle) TryWrite(b []byte) (int, error) {
	l, err := h.try(backend.Out)
	if err != nil {
		return 0, err
	}
	n, err := l.send(b)
	l.mu.Unlock()
	return n, err
}

// TryWriteV implements backend.Handle.
func (h *handle) TryWriteV(v [][]byte) (int, error) {
	l, err := h.try(backend.Out)
	if err != nil {
		return 0, err
	}
	n, err := l.sendV(v)
	l.mu.Unlock()
	return n, err
}

// try locks the lane for an attempt outside of its queue.
func (h *handle) try(d backend.Direction) (*lane, error) {
	if h.listener || h.packet {
		return nil, backend.ErrWrongHandle
	}
	l := &h.lanes[d]
	l.mu.Lock()
	if l.closed != nil {
		err := l.closed
		l.mu.Unlock()
		return nil, err
	}
	return l, nil
}
