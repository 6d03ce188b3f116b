package core

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/actum-go/actum/internal/logqueue"
	"github.com/actum-go/actum/zmq/internal/pattern"
)

// Close closes the socket, and waits for queued messages for as long as the linger
// allows: without a limit if that is 0. Then peers have up to a second of that time
// to read what was written and leave. When Close returns, the socket has neither a
// goroutine nor a descriptor left. Messages that were not sent are dropped, counted,
// and logged. Further calls wait for the first.
func (s *Socket) Close() error {
	s.mustBeOpened()
	if err := s.ctx.checkCanWait(); err != nil {
		return fmt.Errorf("zmq: close on %v: %w", s.typ, err)
	}
	defer logqueue.Flush(s.ctx.config.Logger)
	s.closeWithLinger()
	return nil
}

// closeWithLinger is Close without the wait for the logger.
func (s *Socket) closeWithLinger() (unsent int) {
	s.shutdown(context.Background(), s.Resolved().Linger)
	return s.undelivered
}

// Shutdown closes the socket as Close does, but waits for queued messages until
// ctx is done, whatever the linger is. It returns how many messages were dropped
// because they could not be sent. It can be called while Close waits: both then
// return no later than ctx is done.
func (s *Socket) Shutdown(ctx context.Context) (unsent int, err error) {
	s.mustBeOpened()
	if err := s.ctx.checkCanWait(); err != nil {
		return 0, fmt.Errorf("zmq: shutdown on %v: %w", s.typ, err)
	}
	defer logqueue.Flush(s.ctx.config.Logger)
	return s.shutdownUntil(ctx), nil
}

// shutdownUntil is Shutdown without the wait for the logger.
func (s *Socket) shutdownUntil(ctx context.Context) (unsent int) {
	s.shutdown(ctx, 0)
	return s.undelivered
}

// withLinger returns a context that is done with ctx, or when the linger has
// passed.
func withLinger(ctx context.Context, linger time.Duration) (context.Context, context.CancelFunc) {
	if linger > 0 {
		return context.WithTimeout(ctx, linger)
	}
	ctx, cancel := context.WithCancel(ctx)
	if linger < 0 {
		cancel()
	}
	return ctx, cancel
}

// shutdown closes the socket. It waits for queued messages until ctx is done, or
// the linger has passed. When it returns, s.undelivered is the number of messages
// that were dropped.
func (s *Socket) shutdown(ctx context.Context, linger time.Duration) {
	ctx, stopDraining := withLinger(ctx, linger)
	defer stopDraining()
	s.mu.Lock()
	if s.closing {
		s.mu.Unlock()
		s.awaitShutdown(ctx)
		return
	}
	s.closing = true
	s.stopDraining = stopDraining
	bound, connected, lingering := s.bound, s.connected, slices.Clone(s.lingering) // nothing is added from now on
	s.mu.Unlock()
	s.endOpening()

	s.pattern.Close()
	before := s.pattern.Stats().Dropped[pattern.DropPeerGone]
	stopReporting := s.reportWaiting()
	s.drain(ctx, connected, lingering)
	stopReporting()
	s.stopListenersFirst(closeTimeout(ctx), bound, connected, lingering)
	s.awaitEndpointCalls()
	if n := int(s.pattern.Stats().Dropped[pattern.DropPeerGone] - before); n > 0 {
		s.undelivered = n
		s.reportUndelivered(n)
	}
	s.mu.Lock()
	s.bound, s.connected = nil, nil
	s.mu.Unlock()
	s.ctx.remove(s)
	close(s.closed)
}

// awaitEndpointCalls waits for the calls of Unbind and Disconnect that are in progress.
// The endpoints that they close are in no list any more.
func (s *Socket) awaitEndpointCalls() {
	s.mu.Lock()
	calls := slices.Clone(s.endpointCalls) // nothing is added from now on
	s.mu.Unlock()
	for _, done := range calls {
		s.ctx.await(done)
	}
}

// isClosing reports whether a shutdown is in progress.
func (s *Socket) isClosing() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.closed:
		return false
	default:
		return s.closing
	}
}

// awaitShutdown waits for a shutdown in progress. When ctx is done, it ends that
// shutdown's wait for queued messages.
func (s *Socket) awaitShutdown(ctx context.Context) {
	s.ctx.awaitUntil(ctx, s.closed)
	s.stopDraining()
	s.ctx.await(s.closed)
}

// drain waits until all queued messages have been written, or ctx is done.
func (s *Socket) drain(ctx context.Context, connected []*connected, lingering []*lingeringConn) {
	for _, p := range s.accepted.Peers() {
		s.drainPeer(ctx, p.Out.OnDrained)
	}
	for _, c := range connected {
		s.drainPeer(ctx, c.WhenDelivered)
	}
	for _, l := range lingering {
		s.ctx.awaitUntil(ctx, l.gone)
	}
}

// drainPeer waits until drained calls its argument, or ctx is done.
func (s *Socket) drainPeer(ctx context.Context, drained func(func())) {
	empty := make(chan struct{})
	drained(sync.OnceFunc(func() { close(empty) }))
	s.ctx.awaitUntil(ctx, empty)
}

// maxCloseTimeout bounds how long Close waits, after everything is written, for
// peers to read it and leave. It does not wait longer for a peer that has stopped
// reading or does not leave: the system delivers what was written.
const maxCloseTimeout = time.Second

// closeTimeout is how long peers may take to leave before ctx is done.
func closeTimeout(ctx context.Context) time.Duration {
	if ctx.Err() != nil {
		return 0
	}
	if end, ok := ctx.Deadline(); ok {
		return max(min(time.Until(end), maxCloseTimeout), 0)
	}
	return maxCloseTimeout
}

// stopListenersFirst stops everything, listeners first because they accept new
// peers. With a timeout of 0 nothing more is written: with many peers that do not
// read, the dispatchers would otherwise first fill the buffers of each.
func (s *Socket) stopListenersFirst(timeout time.Duration, bound []*bound, connected []*connected, lingering []*lingeringConn) {
	if timeout <= 0 {
		s.abort.Store(true)
	}
	var stops []func(func())
	for _, b := range bound {
		stops = append(stops, b.Stop)
	}
	s.stopAll(stops)
	for _, l := range lingering {
		l.stopSoon(timeout)
	}
	stops = stops[:0]
	for _, c := range connected {
		stops = append(stops, func(done func()) { c.Stop(timeout, done) })
	}
	s.stopAll(append(stops, func(done func()) { s.accepted.Stop(timeout, done) }))
	for _, l := range lingering {
		s.ctx.await(l.gone)
	}
}

// stopAll calls all stops at once and waits until the last one is done.
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

// await waits until done is closed. In a simulation the caller of Close also runs
// the dispatcher, so await runs it meanwhile.
func (c *Context) await(done <-chan struct{}) { c.awaitUntil(context.Background(), done) }

// awaitUntil is await that ends when ctx is done.
func (c *Context) awaitUntil(ctx context.Context, done <-chan struct{}) {
	if c.own {
		select {
		case <-done:
		case <-ctx.Done():
		}
		return
	}
	for ctx.Err() == nil {
		select {
		case <-done:
			return
		default:
		}
		// Not with ctx: ctx is cancelled in a handler, and would interrupt the dispatcher
		// at a moment that Go's scheduler chooses.
		if _, err := c.dispatchers[0].RunOne(context.Background()); err != nil {
			return
		}
	}
}
