package sim

import "github.com/actum-go/actum/proactor/internal/backend"

// Take moves a handle from another backend of the same network to b. It returns the
// same handle.
func (b *attachment) Take(from backend.Handle) (backend.Handle, error) {
	n := b.net
	n.mu.Lock()
	defer n.mu.Unlock()
	n.readClock()
	if b.closed {
		return nil, backend.ErrBackendClosed
	}
	switch h := from.(type) {
	case *stream:
		if h.conn.net != n {
			return nil, backend.ErrOtherBackend
		}
		return h, h.move(b)
	case *packet:
		if h.b.net != n {
			return nil, backend.ErrOtherBackend
		}
		return h, h.move(b)
	case *listener:
		if h.b.net != n {
			return nil, backend.ErrOtherBackend
		}
		return h, h.move(b)
	}
	return nil, backend.ErrOtherBackend
}

func (s *stream) move(to *attachment) error {
	if err := movable(s.closed, &s.in.r, &s.out.w); err != nil {
		return err
	}
	s.b.removeHandle(s)
	s.moveTo(to)
	to.addHandle(s)
	return nil
}

// moveTo makes the operations of s complete on another backend.
func (s *stream) moveTo(to *attachment) { s.b, s.in.r.b, s.out.w.b = to, to, to }

func (p *packet) move(to *attachment) error {
	if err := movable(p.closed, &p.r, &p.w); err != nil {
		return err
	}
	p.b.removeHandle(p)
	p.b, p.r.b, p.w.b = to, to, to
	to.addHandle(p)
	return nil
}

func (l *listener) move(to *attachment) error {
	if err := movable(l.closed, &l.accepts); err != nil {
		return err
	}
	l.b.removeHandle(l)
	l.b, l.accepts.b = to, to
	to.addHandle(l)
	return nil
}

// movable returns the reason why a handle cannot change its backend; nil if it can.
func movable(closed error, directions ...*direction) error {
	if closed != nil {
		return closed
	}
	for _, h := range directions {
		if h.outstanding > 0 {
			return backend.ErrBusy
		}
	}
	return nil
}
