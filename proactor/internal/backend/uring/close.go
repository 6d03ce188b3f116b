//go:build linux

package uring

import (
	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// Cancel recalls what is outstanding on h, which stays open.
func (h *handle) Cancel() {
	h.b.mu.Lock()
	for i := range h.queues {
		h.b.abandon(&h.queues[i], backend.ErrCanceled)
	}
	h.b.mu.Unlock()
	h.b.nudge()
}

// Close ends what is outstanding on h. The descriptor is closed when the
// kernel has given the last operation back.
func (h *handle) Close() error {
	h.closer.Lock()
	defer h.closer.Unlock()
	b := h.b
	b.mu.Lock()
	if h.why != nil {
		b.mu.Unlock()
		return nil
	}
	h.why = backend.ErrHandleClosed
	if b.closed {
		h.why = backend.ErrBackendClosed
	}
	for i := range h.queues {
		b.abandon(&h.queues[i], h.why)
	}
	b.mu.Unlock()

	h.closing.Store(true)
	h.file.Remove()
	if h.refs.Load() > 1 {
		// What cannot be cancelled, because it is running, ends too.
		sys.Shutdown(h.fd)
	}
	h.done()
	b.handles.Remove(h) // at the end: until then Backend.Close waits for h
	b.nudge()
	return nil
}

// CloseWrite ends the outgoing direction behind what is being written.
func (h *handle) CloseWrite() error {
	switch {
	case h.listener:
		return backend.ErrWrongHandle
	case h.packet, h.name != "":
		return backend.ErrNotSocket
	}
	h.b.mu.Lock()
	defer h.b.mu.Unlock()
	if h.why != nil {
		return h.why
	}
	if !h.ending {
		h.ending = true
		h.end()
	}
	return nil
}

// end tells the peer that no more will come, once nothing is left to be written.
// A peer that has gone already need not be told. The lock is held.
func (h *handle) end() {
	if h.ending && !h.ended && h.why == nil && h.queues[backend.Out].Empty() {
		h.ended = true
		sys.ShutdownWrite(h.fd)
	}
}

// abandon recalls the head of q and completes those that wait behind it.
func (b *Backend) abandon(q *backend.Queue, why error) {
	head := q.Pop()
	if head == nil {
		return
	}
	b.recall(head)
	for op := q.Pop(); op != nil; op = q.Pop() {
		b.complete(op, 0, why)
	}
	q.Push(head)
}

// Close ends everything and waits for the kernel to give it all back, which it
// does at once: everything was cancelled. What has completed is there for Wait.
func (b *Backend) Close() error {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return nil
	}
	b.closed = true
	b.recallOthers()
	b.mu.Unlock()
	b.handles.CloseAll()
	b.files.Close()
	b.dismissArrivals()
	b.drain()
	b.life.Lock() // nobody is inside nudge
	defer b.life.Unlock()
	b.ended = true
	b.ring.Unmap()
	return b.rest.Close()
}

// drain reaps until nothing is in flight, and leaves it all in b.done.
func (b *Backend) drain() {
	var all backend.Queue
	for {
		b.takeTurns()
		b.submit()
		b.flush()
		for op := b.reap(); op != nil; {
			next := op.Next
			all.Push(op)
			op = next
		}
		b.mu.Lock()
		if b.slots.used == 0 && len(b.backlog) == 0 && len(b.line) == 0 {
			b.done.Append(&all)
			b.mu.Unlock()
			return
		}
		b.mu.Unlock()
		b.rest.Sleep(backend.NoDeadline)
		b.answer()
	}
}
