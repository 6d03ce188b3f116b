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
	// Dispatchers is the number of dispatchers that share the connections, as
	// libzmq's I/O threads do. Each runs on a goroutine of its own. 0 means 1;
	// the maximum is 1024.
	Dispatchers int
	// Backend is the proactor's backend: "uring", "epoll", "goroutine", or "auto"
	// for the proactor's own choice. If it is empty, the variable ACTUM_BACKEND
	// decides, and without that the best backend for messages: epoll on Linux
	// (docs/adr/0017).
	Backend string
	// SpinLimit bounds how long a goroutine that waits for a message looks for it
	// before it parks: it uses a processor meanwhile, and is not woken. 0 means 100 µs,
	// and a negative value switches looking off. The context looks only while that
	// pays, and only with one dispatcher (docs/adr/0019).
	SpinLimit time.Duration
	// Logger receives a record for each connection that fails or ends; nil logs
	// nothing. One goroutine calls it, one record at a time and in order, so a
	// Logger may be slow, and may use and close sockets and the context. Up to
	// 1024 records wait for it. Further records are dropped, and one record says
	// how many. Close and Shutdown return after the Logger has handled all
	// earlier records, unless the Logger itself calls them, or makes no progress
	// for a second.
	Logger *slog.Logger
	// Resolver looks up host names; nil means net.DefaultResolver.
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
	own          bool // the context runs and closes its dispatchers; false in a simulation
	running      sync.WaitGroup
	waitStrategy pipe.WaitStrategy // how receivers wait; nil: they block
	rotation     atomic.Uint32
	jitter       func(below time.Duration) time.Duration // see session.Config
	names        inproc.Registry
	pace         pipe.Pace     // decides whether the sender or the dispatcher writes
	firstReport  time.Duration // see closereport.go

	mu      sync.Mutex
	sockets map[*Socket]struct{}
	closed  bool
}

// maxDispatchers is far more than there are processors, and far fewer than would use up
// memory or descriptors.
const maxDispatchers = 1024

// NewContext makes a context. The caller must close it.
func NewContext(o ContextOptions) (*Context, error) {
	if o.Dispatchers < 0 || o.Dispatchers > maxDispatchers {
		return nil, &OptionError{Option: "Dispatchers", Err: fmt.Errorf("%d: expected 0 to %d", o.Dispatchers, maxDispatchers)}
	}
	o.Logger = logqueue.Wrap(o.Logger)
	c := &Context{opts: o, own: true, jitter: jitter, firstReport: firstReport, sockets: map[*Socket]struct{}{}}
	for range max(o.Dispatchers, 1) {
		d, err := proactor.New(proactor.Options{Backend: proactor.Named(o.backend()), SpinLimit: o.SpinLimit, Logger: o.Logger})
		if err != nil {
			return nil, errors.Join(fmt.Errorf("zmq: NewContext: making a dispatcher: %w", err), c.Close())
		}
		c.dispatchers = append(c.dispatchers, d)
		c.running.Go(func() { _ = d.Run() })
	}
	if c.dispatchers[0].HasJournal() {
		c.makeDeterministic()
	}
	c.startPace()
	if len(c.dispatchers) == 1 && !o.tuning.NoLeading {
		c.waitStrategy = waitStrategy{c.dispatchers[0]}
	}
	return c, nil
}

// makeDeterministic removes the influence of time and chance on the operations
// that are started, because the run is recorded or replayed.
func (c *Context) makeDeterministic() {
	c.opts.tuning.NoSpeculativeWrite = true // it depends on how long nothing was sent
	c.jitter = func(below time.Duration) time.Duration {
		return time.Duration(c.dispatchers[0].JournalValue(func() int64 { return int64(jitter(below)) }))
	}
}

// backend is the name of the backend to make the dispatchers with.
func (o *ContextOptions) backend() string {
	if o.Backend != "" || os.Getenv(proactor.BackendVariable) != "" || !slices.Contains(proactor.Backends(), "epoll") {
		return o.Backend
	}
	return "epoll"
}

// newContextOn makes a context on a dispatcher that the caller runs and closes,
// for simulations.
func newContextOn(d *proactor.Dispatcher, o ContextOptions) *Context {
	o.Logger = logqueue.Wrap(o.Logger)
	c := &Context{opts: o, jitter: jitter, dispatchers: []*proactor.Dispatcher{d}, sockets: map[*Socket]struct{}{}}
	c.startPace()
	return c
}

// startPace gives the pace its clock, unless speculative writes are switched off.
func (c *Context) startPace() {
	if !c.opts.tuning.NoSpeculativeWrite {
		c.pace.Now = c.dispatchers[0].Now
	}
}

var defaultContext = sync.OnceValues(func() (*Context, error) { return NewContext(ContextOptions{}) })

// DefaultContext is the context of sockets made with [NewSocket]. The first use
// makes it. It is never closed.
func DefaultContext() (*Context, error) { return defaultContext() }

// Backend says which backend the context's dispatchers use, and why each better
// one was refused.
func (c *Context) Backend() proactor.BackendInfo {
	if len(c.dispatchers) == 0 {
		panic("zmq: Backend of a Context that NewContext did not make")
	}
	return c.dispatchers[0].Backend()
}

// dispatcher picks the dispatcher of a new session, in rotation.
func (c *Context) dispatcher() *proactor.Dispatcher {
	return c.dispatchers[int(c.rotation.Add(1)-1)%len(c.dispatchers)]
}

// Close closes all sockets of the context at once, each with its own linger, and
// then the dispatchers. Calls in progress fail with ErrClosed. Messages that wait
// for an inproc name to be bound are dropped, because no socket can bind it any
// more.
//
// If a socket's Linger is zero, Close may wait without a limit: see
// [Socket.Close].
func (c *Context) Close() error {
	if err := c.checkCanWait(); err != nil {
		return fmt.Errorf("zmq: closing a context: %w", err)
	}
	return c.close((*Socket).closeWithLinger)
}

// Shutdown closes the context as Close does, but waits for queued messages until
// ctx is done, whatever the sockets' Linger is. Messages that could not be sent
// are dropped and counted, and Shutdown fails with an *UnsentError that has their
// number. It can be called while Close waits.
func (c *Context) Shutdown(ctx context.Context) error {
	if err := c.checkCanWait(); err != nil {
		return fmt.Errorf("zmq: shutting a context down: %w", err)
	}
	err := c.close(func(s *Socket) error { return s.shutdownUntil(ctx) })
	all := UnsentError{Of: "the context"}
	rest := splitUnsent(err, &all)
	if all.Messages > 0 {
		return errors.Join(&all, rest)
	}
	return rest
}

// splitUnsent removes the UnsentErrors from joined errors, and adds up their
// numbers.
func splitUnsent(err error, unsent *UnsentError) (rest error) {
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

// close calls closeSocket for every socket, all at once.
func (c *Context) close(closeSocket func(*Socket) error) error {
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
		closing.Go(func() { errs[i] = closeSocket(s) })
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
