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
	l := &s.out
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed != nil {
		return l.closed
	}
	l.writeClosing = c.CloseWrite
	l.end()
	return nil
}

// end tells the peer that no more will come, once nothing is left to be written.
// A peer that has gone already need not be told. mu is held.
func (l *opQueue) end() {
	if l.writeClosing != nil && !l.ended && l.closed == nil && l.queue.Empty() {
		l.ended = true
		_ = l.writeClosing()
	}
}

// unwritten says that the direction has ended in our own words: systems have
// others.
func (l *opQueue) unwritten(err error) error {
	if err == nil || err == backend.ErrWouldBlock {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.writeClosing != nil {
		return backend.ErrWriteClosed
	}
	return err
}

// CloseWrite fails: a listener carries no bytes.
func (l *listener) CloseWrite() error { return backend.ErrWrongHandle }
