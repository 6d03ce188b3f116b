package pattern

import "sync/atomic"

// signal is readiness for a select statement: a channel that holds a token
// while something may be possible. Until the channel is asked for it costs an
// atomic load.
type signal struct{ ch atomic.Pointer[chan struct{}] }

// channel returns the channel. The first time it has a token, so that the
// caller tries.
func (s *signal) channel() <-chan struct{} {
	ch := make(chan struct{}, 1)
	ch <- struct{}{}
	if !s.ch.CompareAndSwap(nil, &ch) {
		ch = *s.ch.Load()
	}
	return ch
}

// wanted reports whether the channel was asked for.
func (s *signal) wanted() bool { return s.ch.Load() != nil }

// raise puts a token in, if there is none.
func (s *signal) raise() {
	ch := s.ch.Load()
	if ch == nil {
		return
	}
	select {
	case *ch <- struct{}{}:
	default:
	}
}
