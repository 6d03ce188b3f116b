package zmq

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/actum-go/actum/internal/logqueue"
)

// Close closes the socket. Calls in progress fail with ErrClosed. It waits for
// messages that are queued, for the time that Options.Linger says, then up to a
// second of it for the peers to read what was written and leave, and returns when
// nothing of the socket is left: no goroutine, no descriptor. What was not sent by
// then is dropped, counted, and reported to the logger. Further calls wait for the
// first.
//
// With a zero Linger, which is LingerForever, Close waits for as long as it takes:
// for ever, if a peer never comes. Meanwhile [Socket.Stats] shows what it waits
// for, and the logger is told after a second. [Socket.Shutdown], also when it is
// called while Close waits, bounds the wait.
func (s *Socket) Close() error {
	s.mustBeMade()
	if err := s.ctx.mayNotWait(); err != nil {
		return fmt.Errorf("zmq: close on %v: %w", s.typ, err)
	}
	defer logqueue.Flush(s.session.Logger)
	return s.linger()
}

// linger is Close, which waits for the logger as well.
func (s *Socket) linger() error {
	ctx, cancel := context.WithCancel(context.Background())
	switch linger := s.opts.Linger; {
	case linger < 0:
		cancel()
	case linger > 0:
		ctx, cancel = context.WithTimeout(ctx, linger)
	}
	defer cancel()
	s.shutdown(ctx)
	return nil
}

// Shutdown is Close that waits for queued messages until ctx is done, whatever
// Options.Linger says. If some could not be sent, they are dropped and counted, and
// Shutdown fails with an *UnsentError that says how many they were. It can be
// called while Close waits: both return when ctx is done, if not before.
func (s *Socket) Shutdown(ctx context.Context) error {
	s.mustBeMade()
	if err := s.ctx.mayNotWait(); err != nil {
		return fmt.Errorf("zmq: shutdown on %v: %w", s.typ, err)
	}
	defer logqueue.Flush(s.session.Logger)
	return s.shutdownUntil(ctx)
}

// shutdownUntil is Shutdown, which waits for the logger as well.
func (s *Socket) shutdownUntil(ctx context.Context) error {
	s.shutdown(ctx)
	if s.undelivered > 0 {
		return &UnsentError{Of: s.typ.String(), Messages: s.undelivered, Err: ctx.Err()}
	}
	return nil
}

// UnsentError is what Shutdown fails with when messages were dropped that could not
// be sent: its context was done before, or their peer is gone for good.
type UnsentError struct {
	Of       string // the type of the socket: "PUSH"; "the context", if that was shut down
	Messages int
	Err      error // the context's; nil if it is not done
}

func (e *UnsentError) Error() string {
	why := "their peers are gone"
	if e.Err != nil {
		why = e.Err.Error() + ": give it more time"
	}
	messages, were := "1 message", "was"
	if e.Messages != 1 {
		messages, were = fmt.Sprintf("%d messages", e.Messages), "were"
	}
	return "zmq: shutdown of " + e.Of + ": " + messages + " could not be sent and " + were + " dropped: " + why
}

func (e *UnsentError) Unwrap() error { return e.Err }

// shutdown closes the socket. When it returns, s.undelivered says how many messages
// were dropped.
func (s *Socket) shutdown(ctx context.Context) {
	s.mu.Lock()
	if s.closing {
		s.mu.Unlock()
		s.awaitShutdown(ctx)
		return
	}
	s.closing = true
	ctx, s.stopDraining = context.WithCancel(ctx)
	defer s.stopDraining()
	bound, connected, leaving := s.bound, s.connected, slices.Clone(s.lingering) // nothing is added any more
	s.mu.Unlock()
	s.endOpening()

	s.pattern.Close()
	before := s.pattern.Stats().Dropped[DropPeerGone]
	stopReporting := s.reportWaiting()
	s.drain(ctx, connected, leaving)
	stopReporting()
	s.stopListenersFirst(patience(ctx), bound, connected, leaving)
	s.awaitLeaving()
	if n := int(s.pattern.Stats().Dropped[DropPeerGone] - before); n > 0 {
		s.undelivered = n
		s.reportUndelivered(n)
	}
	s.mu.Lock()
	s.bound, s.connected = nil, nil
	s.mu.Unlock()
	s.ctx.remove(s)
	close(s.closed)
}

// awaitLeaving waits for the calls of Unbind and Disconnect that are in progress: what
// they take down is on no list any more.
func (s *Socket) awaitLeaving() {
	s.mu.Lock()
	leaving := slices.Clone(s.leaving) // nothing is added any more
	s.mu.Unlock()
	for _, done := range leaving {
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

// hurry waits for a shutdown in progress. When ctx is done that need not wait for
// queued messages any longer.
func (s *Socket) awaitShutdown(ctx context.Context) {
	if !s.ctx.awaitUntil(ctx, s.closed) {
		s.stopDraining()
		s.ctx.await(s.closed)
	}
}

// drain waits until everything that is queued has been written, or ctx is done.
func (s *Socket) drain(ctx context.Context, connected []*connected, leaving []*leaving) {
	for _, p := range s.accepted.Peers() {
		s.drainPeer(ctx, p.Out.OnDrained)
	}
	for _, c := range connected {
		s.drainPeer(ctx, c.drained)
	}
	for _, l := range leaving {
		s.ctx.awaitUntil(ctx, l.gone)
	}
}

// drainPeer waits until drained calls what it was given, or ctx is done.
func (s *Socket) drainPeer(ctx context.Context, drained func(func())) {
	empty := make(chan struct{})
	drained(sync.OnceFunc(func() { close(empty) }))
	s.ctx.awaitUntil(ctx, empty)
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

// stopListenersFirst stops everything, listeners first: they bring new peers. Without
// patience nothing is written any more: with many peers that do not read, the
// dispatchers would first fill the buffers of each.
func (s *Socket) stopListenersFirst(patience time.Duration, bound []*bound, connected []*connected, leaving []*leaving) {
	if patience <= 0 {
		s.session.Engine.Abort.Store(true)
	}
	var stops []func(func())
	for _, b := range bound {
		stops = append(stops, b.stop)
	}
	s.stopAll(stops)
	for _, l := range leaving {
		l.end(patience)
	}
	stops = stops[:0]
	for _, c := range connected {
		stops = append(stops, func(done func()) { c.stop(patience, done) })
	}
	s.stopAll(append(stops, func(done func()) { s.accepted.Stop(patience, done) }))
	for _, l := range leaving {
		s.ctx.await(l.gone)
	}
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
