//go:build windows

package iocp

import (
	"io"
	"sync"
	"syscall"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// lane is one direction of a handle.
type opQueue struct {
	h *handle

	mu       sync.Mutex // held during system calls
	queue    backend.Queue
	flying   bool                 // the head is in the system's hands
	recalled bool                 // and was cancelled
	refused  bool                 // the connect has failed: the handle is to be closed
	closed   error                // what operations complete with once the handle is closed
	ending   bool                 // CloseWrite was called
	ended    bool                 // and the peer has been told
	readable bool                 // there are bytes for the head, a receive: see receive.go
	vector   sys.Vector           // for what must not wait
	waiter   *backend.PoolWaiter  // for a buffer; nil until there was none
	spares   backend.SpareBuffers // to be released once mu is not held
	scratch  []byte               // what a pipe's gather write is put together in; made at first use
}

// start queues op and begins it if it is the first.
func (l *opQueue) start(op *backend.Op) {
	completed := true
	l.mu.Lock()
	switch {
	case l.closed != nil && !l.flying:
		l.h.b.complete(op, l.closed)
	case l.closed == nil && l.ending:
		l.h.b.complete(op, backend.ErrWriteClosed)
	default: // also behind the last one of a closed lane, so that it comes after it
		completed = l.queue.Push(op) && l.advance()
	}
	refused := l.refused
	l.unlock()
	if refused {
		l.h.Close()
	}
	if completed {
		l.h.b.stir()
	}
}

// advance carries operations out until one is in flight, and reports whether
// any has completed. mu is held.
func (l *opQueue) advance() (completed bool) {
	for op := l.queue.Head(); op != nil; op = l.queue.Head() {
		progress, err := l.attempt(op)
		if progress == waits {
			return completed
		}
		if progress == done {
			l.pop()
			l.h.b.complete(op, err)
			completed = true
		}
	}
	l.end()
	return completed
}

// progress is how far an attempt has brought an operation.
type progress uint8

const (
	done   progress = iota
	waits           // it is in flight, or waits for a buffer
	goesOn          // with another attempt
)

// attempt takes op, the head, a step further. The error is that of an operation
// that is done. mu is held.
func (l *opQueue) attempt(op *backend.Op) (progress, error) {
	if nothing(op) {
		return done, nil
	}
	if l.readable {
		return l.fill(op)
	}
	errno, err := l.begin(op)
	switch {
	case err != nil:
		return done, err
	case errno == sys.Pending:
		return waits, nil
	case l.again(op, sys.Moved(op), errno):
		return goesOn, nil
	}
	return done, l.settle(op, sys.Moved(op), errno)
}

// pop takes the head out.
func (l *opQueue) pop() *backend.Op {
	l.readable = false
	return l.queue.Pop()
}

// begin hands op to the system. An error is the result of op; else the answer is
// Pending, or what came of it. It counts as in flight before it is: it may come
// out of the port at once.
func (l *opQueue) begin(op *backend.Op) (syscall.Errno, error) {
	l.recalled = false
	if err := l.prepare(op); err != nil {
		return 0, err
	}
	l.flying, op.Sys.Lane = true, l
	l.h.b.flying.Add(1)
	errno, err := l.call(op)
	if errno != sys.Pending {
		l.flying, op.Sys.Lane = false, nil
		l.h.b.flying.Add(-1)
	}
	if err != nil {
		err = l.transmitResult(op, 0, err)
	}
	return errno, err
}

// landed takes op, which has come out of the port, and goes on with the next.
func (l *opQueue) landed(op *backend.Op, moved int, failed bool) {
	l.mu.Lock()
	l.flying = false
	if errno := l.outcome(op, &moved, failed); !l.again(op, moved, errno) {
		err := l.settle(op, moved, errno)
		l.pop()
		l.h.b.complete(op, err)
	}
	closed, refused := l.closed != nil, l.refused
	if closed {
		l.completeAll(l.closed)
	} else {
		l.advance()
	}
	l.unlock()
	if closed {
		l.h.b.gather(l.h)
	} else if refused {
		l.h.Close()
	}
}

// outcome is how an operation ended that has come out of the port.
func (l *opQueue) outcome(op *backend.Op, moved *int, failed bool) (errno syscall.Errno) {
	switch {
	case failed && l.closed != nil && l.h.listener:
		errno = sys.Aborted // there is nobody to ask, and no need to
	case failed && op.Kind == backend.KindConnect && backend.IsUnix(l.h.network):
		errno = sys.WaitingResult(op)
	case failed:
		*moved, errno = l.h.result(op)
	}
	return errno
}

// settle turns how op ended into its result. mu is held.
func (l *opQueue) settle(op *backend.Op, moved int, errno syscall.Errno) error {
	switch op.Kind {
	case backend.KindAccept:
		return l.accepted(op, errno)
	case backend.KindConnect:
		return l.connected(op, errno)
	case backend.KindTransmitFile:
		return l.transmitResult(op, errno, nil)
	case backend.KindReceiveFrom, backend.KindSendTo:
		return l.delivered(op, moved, errno)
	case backend.KindReceive:
		return l.untold(op, errno)
	}
	switch {
	case l.h.name != "":
		return l.piped(op, moved, errno)
	case errno != 0:
		return l.failed(op, errno)
	case l.closed != nil:
		op.N = moved
		return l.closed
	case moved == 0 && op.Kind.Direction() == backend.In:
		return io.EOF
	}
	op.N = moved
	return nil
}

// failed is the error of an operation that the system has ended with errno.
func (l *opQueue) failed(op *backend.Op, errno syscall.Errno) error {
	switch {
	case l.closed != nil:
		return l.closed
	case errno == sys.Aborted && l.recalled:
		return backend.ErrCanceled
	}
	return l.h.failed(verb(op.Kind), errno)
}

// again reports whether op goes to the system once more: the peer of an accept
// has gone before it was accepted, or there is more to transmit.
func (l *opQueue) again(op *backend.Op, moved int, errno syscall.Errno) bool {
	switch op.Kind {
	case backend.KindAccept:
		if l.closed != nil || !sys.PeerGone(errno) {
			return false
		}
		sys.Close(int(op.Sys.Fd))
		return true
	case backend.KindTransmitFile:
		return l.transmitted(op, moved, errno)
	case backend.KindReceive:
		return l.told(errno)
	case backend.KindRead, backend.KindReadV:
		return l.gotNothing(moved, errno)
	}
	return false
}

func verb(k backend.Kind) string {
	switch k {
	case backend.KindAccept:
		return "accept"
	case backend.KindRead, backend.KindReadV, backend.KindReceive, backend.KindReceiveFrom:
		return "read"
	}
	return "write"
}
