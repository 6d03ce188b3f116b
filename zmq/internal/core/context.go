package core

import (
	"cmp"
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

// Config configures a Context. The zero value is right for most.
type Config struct {
	Dispatchers int           // how many share the connections, each on a goroutine of its own; 0 means 1
	Backend     string        // of the dispatchers, by name; empty: see backend
	SpinLimit   time.Duration // see proactor.Options
	Logger      *slog.Logger
	Resolver    *net.Resolver // nil means net.DefaultResolver
	Tuning      tuning.Options
	// Jitter returns what is added to a wait before the next attempt to connect,
	// from 0 up to below; nil means a random duration.
	Jitter func(below time.Duration) time.Duration
	// ReportAfter is how long Close waits until it first logs what it waits for; 0
	// means a second. The interval doubles with each report.
	ReportAfter time.Duration
}

// Context is a set of sockets and the dispatchers that do their I/O. Sockets of
// one context can reach each other over inproc.
type Context struct {
	config       Config
	dispatchers  []*proactor.Dispatcher
	own          bool // the context runs and closes its dispatchers; false in a simulation
	running      sync.WaitGroup
	waitStrategy pipe.WaitStrategy // how receivers wait; nil: they block
	rotation     atomic.Uint32
	names        inproc.Registry
	pace         pipe.Pace // decides whether the sender or the dispatcher writes

	mu      sync.Mutex
	sockets map[*Socket]struct{}
	closed  bool
}

// maxDispatchers is far more than there are processors, and far fewer than would use up
// memory or descriptors.
const maxDispatchers = 1024

// Open makes a zero Context ready for use. The caller must close it.
func (c *Context) Open(config Config) error {
	if n := config.Dispatchers; n < 0 || n > maxDispatchers {
		return &FieldError{Field: "Dispatchers", Err: fmt.Errorf("%d: expected 0 to %d", n, maxDispatchers)}
	}
	c.init(config)
	c.own = true
	for range max(config.Dispatchers, 1) {
		d, err := proactor.New(proactor.Options{Backend: proactor.Named(config.backend()), SpinLimit: config.SpinLimit, Logger: c.config.Logger})
		if err != nil {
			return errors.Join(fmt.Errorf("zmq: NewContext: making a dispatcher: %w", err), c.Close())
		}
		c.dispatchers = append(c.dispatchers, d)
		c.running.Go(func() { _ = d.Run() })
	}
	if c.dispatchers[0].HasJournal() {
		c.makeDeterministic()
	}
	c.startPace()
	if len(c.dispatchers) == 1 && !config.Tuning.NoLeading {
		c.waitStrategy = waitStrategy{c.dispatchers[0]}
	}
	return nil
}

// OpenOn is Open on a dispatcher that the caller runs and closes, for simulations.
func (c *Context) OpenOn(d *proactor.Dispatcher, config Config) {
	c.init(config)
	c.dispatchers = []*proactor.Dispatcher{d}
	c.startPace()
}

func (c *Context) init(config Config) {
	config.Logger = logqueue.Wrap(config.Logger)
	config.ReportAfter = cmp.Or(config.ReportAfter, firstReport)
	if config.Jitter == nil {
		config.Jitter = jitter
	}
	c.config, c.sockets = config, map[*Socket]struct{}{}
}

// Opened reports whether Open or OpenOn was called.
func (c *Context) Opened() bool { return c.sockets != nil }

// makeDeterministic removes the influence of time and chance on the operations
// that are started, because the run is recorded or replayed.
func (c *Context) makeDeterministic() {
	c.config.Tuning.NoSpeculativeWrite = true // it depends on how long nothing was sent
	c.config.Jitter = func(below time.Duration) time.Duration {
		return time.Duration(c.dispatchers[0].JournalValue(func() int64 { return int64(jitter(below)) }))
	}
}

// backend is the name of the backend to make the dispatchers with.
func (c *Config) backend() string {
	if c.Backend != "" || os.Getenv(proactor.BackendVariable) != "" || !slices.Contains(proactor.Backends(), "epoll") {
		return c.Backend
	}
	return "epoll"
}

// startPace gives the pace its clock, unless speculative writes are switched off.
func (c *Context) startPace() {
	if !c.config.Tuning.NoSpeculativeWrite {
		c.pace.Now = c.dispatchers[0].Now
	}
}

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

// checkCanWait returns an error if the caller must not wait for the context's
// dispatchers. The dispatchers belong to the context, but proactor.Dispatchers
// lists them, so a program can have a handler of its own called there. If that
// handler waited for a message, or for a socket to close, it would wait for
// itself.
func (c *Context) checkCanWait() error {
	if !c.own {
		return nil // in a simulation the goroutine that waits also dispatches
	}
	for _, d := range c.dispatchers {
		if d.InHandler() {
			return proactor.ErrInHandler
		}
	}
	return nil
}

// Close closes all sockets of the context at once, each with its own linger, and
// then the dispatchers. Calls in progress fail with pattern.ErrClosed. Messages
// that wait for an inproc name to be bound are dropped, because no socket can bind
// it any more. Close waits without a limit if a socket's Linger is zero.
func (c *Context) Close() error {
	if err := c.checkCanWait(); err != nil {
		return fmt.Errorf("zmq: closing a context: %w", err)
	}
	_, err := c.close((*Socket).closeWithLinger)
	return err
}

// Shutdown closes the context as Close does, but waits for queued messages until
// ctx is done, whatever the sockets' Linger is. It returns how many messages were
// dropped because they could not be sent. It can be called while Close waits.
func (c *Context) Shutdown(ctx context.Context) (unsent int, err error) {
	if err := c.checkCanWait(); err != nil {
		return 0, fmt.Errorf("zmq: shutting a context down: %w", err)
	}
	return c.close(func(s *Socket) int { return s.shutdownUntil(ctx) })
}

// close calls closeSocket for every socket, all at once, and adds up what could
// not be sent.
func (c *Context) close(closeSocket func(*Socket) (unsent int)) (unsent int, err error) {
	c.names.Close()
	c.mu.Lock()
	c.closed = true
	var sockets []*Socket
	for s := range c.sockets {
		sockets = append(sockets, s)
	}
	c.mu.Unlock()

	var closing sync.WaitGroup
	var total atomic.Int64
	for _, s := range sockets {
		closing.Go(func() { total.Add(int64(closeSocket(s))) })
	}
	closing.Wait()
	var errs []error
	if c.own {
		for _, d := range c.dispatchers {
			errs = append(errs, d.Close())
		}
		c.running.Wait()
	}
	logqueue.Flush(c.config.Logger)
	return int(total.Load()), errors.Join(errs...)
}

// Sockets returns how many sockets of the context are not closed yet.
func (c *Context) Sockets() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.sockets)
}

var errContextClosed = &pattern.Error{Text: "zmq: NewSocket: the context is closed: make the socket on another", Is: pattern.ErrClosed}

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
