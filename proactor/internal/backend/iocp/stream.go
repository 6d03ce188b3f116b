//go:build windows

package iocp

import (
	"io"
	"net"
	"os"
	"syscall"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// prepare does what has to come before op is handed to the system. An error is
// the result of op.
func (l *opQueue) prepare(op *backend.Op) error {
	err := l.h.join()
	switch {
	case err != nil && op.Kind == backend.KindConnect:
		return l.undialed(op, sys.ConnectError(op, err))
	case err == nil && op.Kind == backend.KindAccept:
		err = sys.PrepareAccept(op, l.h.local, l.h.options)
	case err == nil && op.Kind == backend.KindSendTo:
		return l.address(op)
	case err == nil && op.Kind == backend.KindTransmitFile && !op.Transmission().Begun:
		if err = l.h.beginTransmit(op.Transmission()); err != nil {
			return l.transmitResult(op, 0, err)
		}
	}
	switch {
	case err == nil:
		return nil
	case l.h.name != "":
		return &os.PathError{Op: verb(op.Kind), Path: l.h.name, Err: err}
	}
	return &net.OpError{Op: verb(op.Kind), Net: l.h.network, Source: l.h.local, Addr: l.h.remote, Err: err}
}

// call makes the call that puts op into flight. An error is one of those that
// only a transmission has.
func (l *opQueue) call(op *backend.Op) (syscall.Errno, error) {
	if l.h.name != "" {
		return l.callPipe(op)
	}
	switch op.Kind {
	case backend.KindAccept:
		return sys.StartAccept(l.h.fd, op), nil
	case backend.KindConnect:
		if backend.IsUnix(l.h.network) {
			return l.h.b.connectUnix(op), nil
		}
		return sys.StartConnect(op), nil
	case backend.KindRead, backend.KindReadV:
		return sys.StartRecv(l.h.fd, op), nil
	case backend.KindReceive:
		return sys.StartAwait(l.h.fd, op), nil
	case backend.KindTransmitFile:
		return l.transmit(op)
	case backend.KindReceiveFrom:
		return sys.StartRecvFrom(l.h.fd, op), nil
	case backend.KindSendTo:
		return sys.StartSendTo(l.h.fd, op, !op.Datagram().Addr.IsValid()), nil
	}
	return sys.StartSend(l.h.fd, op), nil
}

// nothing reports whether op moves no bytes, whatever happens: the system would
// take a read of nothing for waiting.
func nothing(op *backend.Op) bool {
	switch op.Kind {
	case backend.KindRead, backend.KindWrite:
		return len(op.Buf) == 0
	case backend.KindReadV, backend.KindWriteV:
		for _, b := range op.Vec {
			if len(b) > 0 {
				return false
			}
		}
		return true
	}
	return false
}

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
	return h.try(backend.Out, func(l *opQueue) (int, syscall.Errno) {
		if l.vector.Set(v) == 0 {
			return 0, 0
		}
		defer l.vector.Reset()
		return h.sendV(&l.vector)
	})
}

// try makes a call that does not wait, outside of the queue.
func (h *handle) try(d backend.Direction, call func(*opQueue) (int, syscall.Errno)) (int, error) {
	if h.listener || h.packet {
		return 0, backend.ErrWrongHandle
	}
	l := &h.lanes[d]
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.closed != nil:
		return 0, l.closed
	case l.ending:
		return 0, backend.ErrWriteClosed
	}
	n, errno := call(l)
	switch errno {
	case 0:
		return n, nil
	case sys.WouldWait:
		return 0, backend.ErrWouldBlock
	}
	if d == backend.In {
		return 0, h.failed("read", errno)
	}
	return 0, h.failed("write", errno)
}
