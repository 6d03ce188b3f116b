//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package readiness

import (
	"sync"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// lane is one direction of a handle.
type opQueue struct {
	h *handle

	mu            sync.Mutex // held during an attempt
	queue         backend.Queue
	ready         bool                 // an attempt may succeed: no EAGAIN since the last edge
	hangup        bool                 // the other end has closed: no further edge will come
	refused       bool                 // the connect has failed: the handle is to be closed
	closed        error                // what operations complete with once the handle is closed
	writeClosing  bool                 // CloseWrite was called
	writeShutDown bool                 // and the peer has been told
	vector        sys.Vector           // for scatter and gather
	poolWaiter    *backend.PoolWaiter  // for a buffer; nil until there was none
	returned      backend.SpareBuffers // to be released once mu is not held
	queued        bool                 // in line for the next turn of a transmission
}

// start queues op and tries it if it is the first.
func (l *opQueue) start(op *backend.Op) {
	completed := false
	l.mu.Lock()
	if l.closed != nil {
		l.h.b.complete(op, l.closed)
		completed = true
	} else if l.writeClosing {
		l.h.b.complete(op, backend.ErrWriteClosed)
		completed = true
	} else if l.queue.Push(op) && l.ready {
		completed = l.runLocked()
	}
	l.unlock()
	if completed {
		l.h.b.demux.Wake()
	}
}

// edge goes on with what waits. Wait calls it, so that nobody has to be woken.
func (l *opQueue) edge(hangup bool) {
	l.mu.Lock()
	l.ready = true
	l.hangup = l.hangup || hangup
	l.runLocked()
	refused := l.refused
	l.unlock()
	if refused {
		l.h.Close()
	}
}

// run carries operations out until the lane is not ready any more, and reports
// whether any has completed. mu is held.
func (l *opQueue) runLocked() (completed bool) {
	for l.ready {
		op := l.queue.Head()
		if op == nil || !l.attempt(op) {
			break
		}
		l.queue.Pop()
		l.h.b.completed.Add(op)
		completed = true
	}
	l.shutdownWriteLocked()
	return completed
}

// attempt tries op and reports whether it has completed.
func (l *opQueue) attempt(op *backend.Op) bool {
	switch op.Kind {
	case backend.KindRead:
		op.N, op.Err = l.recv(op.Buf)
	case backend.KindWrite:
		op.N, op.Err = l.send(op.Buf)
	case backend.KindReadV:
		op.N, op.Err = l.recvV(op.Vec)
	case backend.KindWriteV:
		op.N, op.Err = l.sendV(op.Vec)
	case backend.KindReceive:
		l.receive(op)
	case backend.KindReceiveFrom:
		l.receiveFrom(op)
	case backend.KindSendTo:
		l.sendTo(op)
	case backend.KindAccept:
		l.accept(op)
	case backend.KindConnect:
		l.connect(op)
	case backend.KindTransmitFile:
		l.transmit(op)
	}
	return op.Err != backend.ErrWouldBlock
}

// cancel takes op out, if it is still waiting: nothing is in the kernel's hands.
// It reports whether it was. What has waited behind it goes on: op may have waited
// for a buffer, and not for an edge.
func (l *opQueue) cancel(op *backend.Op) (waiting bool) {
	l.mu.Lock()
	if op == l.paging() {
		l.cancelPaging(op)
		l.mu.Unlock()
		return false
	}
	waiting = l.queue.Remove(op)
	if waiting {
		l.h.b.complete(op, backend.ErrCanceled)
		l.runLocked()
	}
	l.unlock()
	if waiting {
		l.h.b.demux.Wake()
	}
	return waiting
}

// cancelAll takes everything out. Who calls it wakes Wait.
func (l *opQueue) cancelAll() {
	l.mu.Lock()
	l.completeAll(backend.ErrCanceled)
	l.shutdownWriteLocked()
	l.mu.Unlock()
}

// completeAll completes everything that waits with err, but for a head that a
// worker is busy for: that is completed when the worker is done. mu is held.
func (l *opQueue) completeAll(err error) {
	kept := l.paging()
	if kept != nil {
		l.cancelPaging(kept)
		l.queue.Pop()
	}
	for op := l.queue.Pop(); op != nil; op = l.queue.Pop() {
		l.h.b.complete(op, err)
	}
	if kept != nil {
		l.queue.Push(kept)
	}
}

// close completes everything with err. Nobody is inside an attempt afterwards,
// nor will be.
func (l *opQueue) close(err error) {
	l.mu.Lock()
	l.closed = err
	l.completeAll(err)
	l.mu.Unlock()
}

// moved notes what an attempt means for readiness: n of size bytes were moved.
// Fewer than asked for means that the buffer was empty, or full, at that
// moment, and an edge will say when it is not. After a hang-up there is no edge
// to come, so that reading goes on until it finds the end; neither is there
// after an error. All of that holds for stream sockets: of the rest, terminals
// give a line at a time, and only EAGAIN says that there is no more.
func (l *opQueue) moved(n, size int, errno unix.Errno) {
	if errno == unix.EAGAIN || errno == 0 && n < size && !l.hangup && l.h.name == "" {
		l.ready = false
	}
}
