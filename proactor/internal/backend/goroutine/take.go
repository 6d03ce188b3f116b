package goroutine

import "github.com/actum-go/actum/proactor/internal/backend"

// Take implements backend.Backend.
func (b *Backend) Take(from backend.Handle) (backend.Handle, error) {
	switch h := from.(type) {
	case *stream:
		if err := giveUp(&h.in, &h.out); err != nil {
			return nil, err
		}
		h.closed.Store(true)
		h.b.handles.Remove(h)
		s, err := b.newStream(h.conn)
		if err != nil {
			return nil, err
		}
		s.out.fin, s.out.ended = h.out.fin, h.out.ended
		return s, nil
	case *packet:
		if err := giveUp(&h.in, &h.out); err != nil {
			return nil, err
		}
		h.closed.Store(true)
		h.b.handles.Remove(h)
		return b.newPacket(h.conn, h.LocalAddr().Network())
	case *listener:
		if err := giveUp(&h.in); err != nil {
			return nil, err
		}
		h.closed.Store(true)
		h.b.handles.Remove(h)
		l, err := b.newListener(h.ln)
		if err != nil {
			return nil, err
		}
		return l, nil
	}
	return nil, backend.ErrOtherBackend
}

// giveUp closes all lanes of a handle, if none has an operation: their
// goroutines end, and nobody uses what they served.
func giveUp(lanes ...*lane) error {
	for _, l := range lanes {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.closed != nil {
			return l.closed
		}
		if !l.queue.Empty() {
			return backend.ErrBusy
		}
	}
	for _, l := range lanes {
		l.closed = backend.ErrHandleClosed
		l.some.Signal()
	}
	return nil
}
