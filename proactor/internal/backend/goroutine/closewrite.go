package goroutine

import "github.com/actum-go/actum/proactor/internal/backend"

// halfCloser is a connection that can be closed in one direction.
type halfCloser interface{ CloseWrite() error }

// CloseWrite implements backend.Handle.
func (s *stream) CloseWrite() error {
	c, ok := s.conn.(halfCloser)
	if !ok {
		return backend.ErrNotSocket
	}
	l := &s.queues[backend.Out]
	l.Mu.Lock()
	defer l.Mu.Unlock()
	if l.Closed != nil {
		return l.Closed
	}
	l.writeClosing = c.CloseWrite
	l.closeWriteLocked()
	return nil
}

// closeWriteLocked ends the outgoing direction once nothing is left to be written.
// It ignores an error: the peer has gone already.
func (l *opQueue) closeWriteLocked() {
	if l.writeClosing != nil && !l.ended && l.Closed == nil && l.Ops.Empty() {
		l.ended = true
		_ = l.writeClosing()
	}
}

// writeError returns ErrWriteClosed for a write after the end of the direction,
// because systems report different errors.
func (l *opQueue) writeError(err error) error {
	if err == nil || err == backend.ErrWouldBlock {
		return err
	}
	l.Mu.Lock()
	defer l.Mu.Unlock()
	if l.writeClosing != nil {
		return backend.ErrWriteClosed
	}
	return err
}
