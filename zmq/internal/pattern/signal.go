package pattern

import "sync/atomic"

// signal is readiness for select: a channel that holds a token while something
// may be possible. It costs an atomic load until somebody asks for the channel.
type signal struct{ ch atomic.Pointer[chan struct{}] }

// channel returns the channel, with a token in it the first time: the caller
// will find out.
func (s *signal) channel() <-chan struct{} {
	ch := make(chan struct{}, 1)
	ch <- struct{}{}
	if !s.ch.CompareAndSwap(nil, &ch) {
		ch = *s.ch.Load()
	}
	return ch
}

// wanted reports whether anybody has asked for the channel.
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
