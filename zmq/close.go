package zmq

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// Close closes the socket. Calls in progress fail with ErrClosed. It waits for
// messages that are queued, for the time that Options.Linger says, then up to a
// second of it for the peers to read what was written and leave, and returns when
// nothing of the socket is left: no goroutine, no descriptor. What was not sent by
// then is dropped and counted. Further calls wait for the first.
func (s *Socket) Close() error {
	switch linger := s.opts.Linger; {
	case linger == 0:
		return s.Shutdown(context.Background())
	case linger < 0:
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		s.shutdown(ctx)
		return nil
	default:
		ctx, cancel := context.WithTimeout(context.Background(), linger)
		defer cancel()
		s.shutdown(ctx)
		return nil
	}
}

// Shutdown is Close that waits for queued messages until ctx is done, whatever
// the linger. It returns ctx's error if some were left.
func (s *Socket) Shutdown(ctx context.Context) error {
	if !s.shutdown(ctx) {
		return ctx.Err()
	}
	return nil
}

// shutdown reports whether everything that was queued has been sent, as far as
// ctx allowed.
func (s *Socket) shutdown(ctx context.Context) (sent bool) {
	s.mu.Lock()
	if s.closing {
		s.mu.Unlock()
		return s.hurry(ctx)
	}
	s.closing = true
	ctx, s.stopDraining = context.WithCancel(ctx)
	defer s.stopDraining()
	bound, connected := s.bound, s.connected
	s.bound, s.connected = nil, nil
	s.mu.Unlock()

	s.pattern.Close()
	sent = s.drain(ctx, connected)
	s.takeDown(patience(ctx), bound, connected)
	s.ctx.remove(s)
	close(s.closed)
	return sent
}

// hurry waits for a shutdown in progress. When ctx is done that need not wait for
// queued messages any longer.
func (s *Socket) hurry(ctx context.Context) bool {
	if s.ctx.awaitUntil(ctx, s.closed) {
		return true
	}
	s.stopDraining()
	s.ctx.await(s.closed)
	return false
}

// drain waits until everything that is queued has been written.
func (s *Socket) drain(ctx context.Context, connected []*connected) bool {
	for _, p := range s.accepted.Peers() {
		if !s.drainPeer(ctx, p.Out.Drained) {
			return false
		}
	}
	for _, c := range connected {
		if !s.drainPeer(ctx, c.drained) {
			return false
		}
	}
	return true
}

// drainPeer waits until drained calls what it was given.
func (s *Socket) drainPeer(ctx context.Context, drained func(func())) bool {
	empty := make(chan struct{})
	drained(sync.OnceFunc(func() { close(empty) }))
	select {
	case <-empty:
		return true
	default:
	}
	return s.ctx.awaitUntil(ctx, empty)
}

// maxPatience bounds how long Close waits, after everything is written, for peers
// to read it and leave. One that has stopped reading, or that does not leave, is
// not waited for any longer; what was written is the system's to deliver.
const maxPatience = time.Second

// patience is how long peers may take to leave before ctx is done.
func patience(ctx context.Context) time.Duration {
	if ctx.Err() != nil {
		return 0
	}
	if end, ok := ctx.Deadline(); ok {
		return max(min(time.Until(end), maxPatience), 0)
	}
	return maxPatience
}

// takeDown stops everything, listeners first: they bring new peers.
func (s *Socket) takeDown(patience time.Duration, bound []*bound, connected []*connected) {
	var stops []func(func())
	for _, b := range bound {
		stops = append(stops, b.stop)
	}
	s.stopAll(stops)
	stops = stops[:0]
	for _, c := range connected {
		stops = append(stops, func(done func()) { c.stop(patience, done) })
	}
	s.stopAll(append(stops, func(done func()) { s.accepted.Stop(patience, done) }))
}

// stopAll stops all of them at once and waits until the last one is done.
func (s *Socket) stopAll(stops []func(done func())) {
	stopped := make(chan struct{})
	var left atomic.Int32
	left.Store(int32(len(stops)))
	if len(stops) == 0 {
		return
	}
	for _, stop := range stops {
		stop(func() {
			if left.Add(-1) == 0 {
				close(stopped)
			}
		})
	}
	s.ctx.await(stopped)
}

// await waits for a channel to be closed. Where the caller of Close is also who
// runs the dispatcher (simulation), it has to be run meanwhile.
func (c *Context) await(done <-chan struct{}) { c.awaitUntil(context.Background(), done) }

func (c *Context) awaitUntil(ctx context.Context, done <-chan struct{}) bool {
	if c.own {
		select {
		case <-done:
			return true
		case <-ctx.Done():
			return false
		}
	}
	for {
		select {
		case <-done:
			return true
		default:
		}
		if ctx.Err() != nil {
			return false
		}
		// Without ctx: it ends in a handler, and would interrupt the dispatcher at a
		// moment that the scheduler chooses.
		if _, err := c.dispatchers[0].RunOne(context.Background()); err != nil {
			return false
		}
	}
}
