package goroutine

import (
	"sync/atomic"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// Take implements backend.Backend.
func (b *Backend) Take(from backend.Handle) (backend.Handle, error) {
	switch h := from.(type) {
	case *stream:
		if err := h.b.release(&h.closed, &h.in, &h.out); err != nil {
			return nil, err
		}
		h.b.handles.Remove(h)
		s, err := b.newStream(h.conn)
		if err != nil {
			return nil, err
		}
		s.out.writeClosing, s.out.ended = h.out.writeClosing, h.out.ended
		return s, nil
	case *packet:
		if err := h.b.release(&h.closed, &h.in, &h.out); err != nil {
			return nil, err
		}
		h.b.handles.Remove(h)
		return b.newPacket(h.conn, h.LocalAddr().Network(), h.file)
	case *listener:
		if err := h.b.release(&h.closed, &h.in); err != nil {
			return nil, err
		}
		h.b.handles.Remove(h)
		l, err := b.newListener(h.ln, h.file)
		if err != nil {
			return nil, err
		}
		return l, nil
	}
	return nil, backend.ErrOtherBackend
}

// release closes a handle, if none of its queues has an operation: their goroutines
// end. closed is set if Close has begun.
func (b *Backend) release(closed *atomic.Bool, queues ...*opQueue) error {
	for _, l := range queues {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.closed != nil {
			return l.closed
		}
		if !l.queue.Empty() {
			return backend.ErrBusy
		}
	}
	if closed.Swap(true) {
		return b.closedError() // Close waits for the queues' goroutines, and closes the connection
	}
	for _, l := range queues {
		l.closed = backend.ErrHandleClosed
		l.available.Signal()
	}
	return nil
}
