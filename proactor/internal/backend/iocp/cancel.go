//go:build windows

package iocp

import (
	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// cancel ends op early: what waits leaves the queue, and what is in flight is
// asked for. An operation that is neither has completed.
func (l *opQueue) cancel(op *backend.Op) {
	l.mu.Lock()
	completed := false
	if l.flying && l.queue.Head() == op {
		l.recall()
	} else if l.queue.Head() == op { // it waits for a buffer
		l.h.b.complete(l.pop(), backend.ErrCanceled)
		l.advance()
		completed = true
	} else if l.queue.Remove(op) {
		l.h.b.complete(op, backend.ErrCanceled)
		l.end()
		completed = true
	}
	l.unlock()
	if completed {
		l.h.b.stir()
	}
}

// recall asks the system for the head, which comes out of the port in any case.
// What it has done by then counts. mu is held.
func (l *opQueue) recall() {
	if l.closed == nil {
		l.recalled = true
		sys.CancelIO(l.h.fd, l.queue.Head())
	}
}

// cancelAll is cancel for everything. Who calls it stirs Wait.
func (l *opQueue) cancelAll() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.flying {
		l.completeAll(backend.ErrCanceled)
		return
	}
	head := l.queue.Pop()
	l.completeAll(backend.ErrCanceled)
	l.queue.Push(head)
	l.recall()
}

// completeAll completes everything that waits with err. mu is held.
func (l *opQueue) completeAll(err error) {
	for op := l.pop(); op != nil; op = l.pop() {
		l.h.b.complete(op, err)
	}
}

// close makes everything complete with err: at once, or when what is in flight
// has come out of the port, and reports whether something is.
func (l *opQueue) close(err error) (flying bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.flying {
		l.recall()
	} else {
		l.completeAll(err)
	}
	l.closed = err
	return l.flying
}

// gather gives back what a closed stream stands for when nothing is in flight on it any
// more: until then the system is asked how much was moved.
func (b *Backend) gather(h *handle) {
	for d := range h.lanes {
		l := &h.lanes[d]
		l.mu.Lock()
		inUse := l.flying || l.closed == nil
		l.mu.Unlock()
		if inUse {
			return
		}
	}
	b.mu.Lock()
	_, last := b.landing[h]
	delete(b.landing, h)
	b.mu.Unlock()
	if last && !h.listener {
		h.release()
	}
}

// CloseWrite implements backend.Handle.
func (h *handle) CloseWrite() error {
	if h.listener {
		return backend.ErrWrongHandle
	}
	if h.packet || h.name != "" {
		return backend.ErrNotSocket
	}
	l := &h.lanes[backend.Out]
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed != nil {
		return l.closed
	}
	l.ending = true
	l.end()
	return nil
}

// end tells the peer that no more will come, once nothing is left to be written.
// A peer that has gone already need not be told. mu is held.
func (l *opQueue) end() {
	if l.ending && !l.ended && l.queue.Empty() {
		l.ended = true
		sys.ShutdownWrite(l.h.fd)
	}
}
