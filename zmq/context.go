package zmq

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/actum-go/actum/internal/logqueue"
	"github.com/actum-go/actum/internal/tuning"
	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/pattern"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/transport/inproc"
)

// ContextOptions are a context's options; the zero value is right for most.
type ContextOptions struct {
	// Dispatchers is how many dispatchers, each with a goroutine of its own, share
	// the connections: libzmq's I/O threads. 0 is 1, and the most is 1024.
	Dispatchers int
	// Backend is the proactor's backend: "uring", "epoll", "goroutine", or "auto",
	// the best for the proactor's own programs. Empty takes what the variable
	// ACTUM_BACKEND says, or else the best for messages: epoll on Linux (docs/adr/0017).
	Backend string
	// Logger is told of connections that fail or end; nil is silent. It is called by a
	// goroutine that does nothing else, one record at a time and in order, so that it
	// may take its time, and use and close sockets and the context. Up to 1024 records
	// wait for it; those beyond that are dropped, and a record says how many. Close and
	// Shutdown return when it has handled what was logged before, unless it is the Logger
	// that calls them, or makes no progress for a second.
	Logger *slog.Logger
	// Resolver looks host names up; nil is net.DefaultResolver.
	Resolver *net.Resolver

	tuning tuning.Options
}

func init() {
	tuning.Apply = func(o any, t tuning.Options) { o.(*ContextOptions).tuning = t }
}

// Context is a set of sockets and the dispatchers that do their I/O. Sockets of
// one context can reach each other over inproc.
type Context struct {
	opts         ContextOptions
	dispatchers  []*proactor.Dispatcher
	own          bool // the dispatchers are the context's own: it runs and closes them
	running      sync.WaitGroup
	waitStrategy pipe.WaitStrategy // how receivers wait; nil: they just wait
	turn         atomic.Uint32
	jitter       func(below time.Duration) time.Duration // see session.Config
	names        inproc.Registry
	pace         pipe.Pace     // who writes: the sender or the dispatcher
	firstReport  time.Duration // see closereport.go

	mu      sync.Mutex
	sockets map[*Socket]struct{}
	closed  bool
}

// NewContext makes a context. It must be closed.
func NewContext(o ContextOptions) (*Context, error) {
	if o.Dispatchers < 0 || o.Dispatchers > proactor.MaxDispatchers {
		return nil, &OptionError{Option: "Dispatchers", Err: fmt.Errorf("%d: expected 0 to %d", o.Dispatchers, proactor.MaxDispatchers)}
	}
	o.Logger = logqueue.Wrap(o.Logger)
	c := &Context{opts: o, own: true, jitter: jitter, firstReport: firstReport, sockets: map[*Socket]struct{}{}}
	for range max(o.Dispatchers, 1) {
		d, err := proactor.New(proactor.Options{Backend: o.backend(), Logger: o.Logger})
		if err != nil {
			return nil, errors.Join(fmt.Errorf("zmq: NewContext: making a dispatcher: %w", err), c.Close())
		}
		c.dispatchers = append(c.dispatchers, d)
		c.running.Go(func() { _ = d.Run() })
	}
	if c.dispatchers[0].Journaling() {
		c.makeDeterministic()
	}
	c.startPace()
	if len(c.dispatchers) == 1 && !o.tuning.NoLeading {
		c.waitStrategy = &waitStrategy{d: c.dispatchers[0]}
	}
	return c, nil
}

// makeDeterministic keeps the time and chance out of what is asked of dispatchers
// whose runs are recorded or replayed.
func (c *Context) makeDeterministic() {
	c.opts.tuning.NoSpeculativeWrite = true // which is about how long nothing was sent
	c.jitter = func(below time.Duration) time.Duration {
		return time.Duration(c.dispatchers[0].Journaled(func() int64 { return int64(jitter(below)) }))
	}
}

// backend is the name of the backend that the dispatchers are made with.
func (o *ContextOptions) backend() string {
	if o.Backend != "" || os.Getenv(proactor.BackendVariable) != "" || !slices.Contains(proactor.Backends(), "epoll") {
		return o.Backend
	}
	return "epoll"
}

// newContextOn makes a context on a dispatcher that the caller runs and closes:
// simulation.
func newContextOn(d *proactor.Dispatcher, o ContextOptions) *Context {
	o.Logger = logqueue.Wrap(o.Logger)
	c := &Context{opts: o, jitter: jitter, dispatchers: []*proactor.Dispatcher{d}, sockets: map[*Socket]struct{}{}}
	c.startPace()
	return c
}

// startPace gives the pace its clock, if senders write at all.
func (c *Context) startPace() {
	if !c.opts.tuning.NoSpeculativeWrite {
		c.pace.Now = c.dispatchers[0].Now
	}
}

var defaultContext = sync.OnceValues(func() (*Context, error) { return NewContext(ContextOptions{}) })

// DefaultContext is the context of sockets made with [NewSocket]. It is made
// when first needed and never closed.
func DefaultContext() (*Context, error) { return defaultContext() }

// Backend says what the context's dispatchers stand on, and why it is not
// something better.
func (c *Context) Backend() proactor.BackendInfo {
	if len(c.dispatchers) == 0 {
		panic("zmq: Backend of a Context that NewContext did not make")
	}
	return c.dispatchers[0].Backend()
}

// dispatcher picks the dispatcher of a new session: each in turn.
func (c *Context) dispatcher() *proactor.Dispatcher {
	return c.dispatchers[int(c.turn.Add(1)-1)%len(c.dispatchers)]
}

// Close closes the context's sockets, all at once and each with its linger, and
// then the dispatchers. Calls in progress fail with ErrClosed. What waits for an
// inproc name to be bound is dropped: nobody can do that any more.
//
// With sockets that have a zero Linger it may wait for ever: see [Socket.Close].
func (c *Context) Close() error {
	if err := c.mayNotWait(); err != nil {
		return fmt.Errorf("zmq: closing a context: %w", err)
	}
	return c.close((*Socket).linger)
}

// Shutdown is Close that waits for queued messages until ctx is done, whatever the
// sockets' Linger is. If some could not be sent, they are dropped and counted, and
// Shutdown fails with an *UnsentError that says how many they were. It can be
// called while Close waits.
func (c *Context) Shutdown(ctx context.Context) error {
	if err := c.mayNotWait(); err != nil {
		return fmt.Errorf("zmq: shutting a context down: %w", err)
	}
	err := c.close(func(s *Socket) error { return s.shutdownUntil(ctx) })
	all := UnsentError{Of: "the context"}
	rest := split(err, &all)
	if all.Messages > 0 {
		return errors.Join(&all, rest)
	}
	return rest
}

// split takes the UnsentErrors out of joined errors, and adds them up.
func split(err error, unsent *UnsentError) (rest error) {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return err
	}
	var others []error
	for _, err := range joined.Unwrap() {
		var one *UnsentError
		if errors.As(err, &one) {
			unsent.Messages += one.Messages
			unsent.Err = one.Err
		} else {
			others = append(others, err)
		}
	}
	return errors.Join(others...)
}

// close closes each socket by the given function, all at once.
func (c *Context) close(socket func(*Socket) error) error {
	c.names.Close()
	c.mu.Lock()
	c.closed = true
	var sockets []*Socket
	for s := range c.sockets {
		sockets = append(sockets, s)
	}
	c.mu.Unlock()

	var closing sync.WaitGroup
	errs := make([]error, len(sockets))
	for i, s := range sockets {
		closing.Go(func() { errs[i] = socket(s) })
	}
	closing.Wait()
	if c.own {
		for _, d := range c.dispatchers {
			errs = append(errs, d.Close())
		}
		c.running.Wait()
	}
	logqueue.Flush(c.opts.Logger)
	return errors.Join(errs...)
}

// errZeroContext refuses a Context that NewContext did not make.
var errZeroContext = errors.New("zmq: NewSocket: the Context was not made with NewContext: make it so, or use zmq.NewSocket, which has a context of its own")

var errContextClosed = &pattern.Error{Text: "zmq: NewSocket: the context is closed: make the socket on another", Is: ErrClosed}

// add registers a socket.
func (c *Context) add(s *Socket) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return errContextClosed
	}
	c.sockets[s] = struct{}{}
	return nil
}

func (c *Context) remove(s *Socket) {
	c.mu.Lock()
	delete(c.sockets, s)
	c.mu.Unlock()
}
