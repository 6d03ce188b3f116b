package zmq

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/actum-go/actum/internal/tuning"
	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/core"
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
type Context struct{ core core.Context }

// NewContext makes a context. The caller must close it.
func NewContext(o ContextOptions) (*Context, error) { return newContext(o.config()) }

func newContext(config core.Config) (*Context, error) {
	c := new(Context)
	if err := c.core.Open(config); err != nil {
		return nil, optionError(err)
	}
	return c, nil
}

// config is the options as package core knows them.
func (o *ContextOptions) config() core.Config {
	return core.Config{
		Dispatchers: o.Dispatchers, Backend: o.Backend, SpinLimit: o.SpinLimit,
		Logger: o.Logger, Resolver: o.Resolver, Tuning: o.tuning,
	}
}

var defaultContext = sync.OnceValues(func() (*Context, error) { return NewContext(ContextOptions{}) })

// DefaultContext is the context of sockets made with [NewSocket]. The first use
// makes it. It is never closed.
func DefaultContext() (*Context, error) { return defaultContext() }

// Backend says which backend the context's dispatchers use, and why each better
// one was refused.
func (c *Context) Backend() proactor.BackendInfo { return c.core.Backend() }

// Close closes all sockets of the context at once, each with its own linger, and
// then the dispatchers. Calls in progress fail with ErrClosed. Messages that wait
// for an inproc name to be bound are dropped, because no socket can bind it any
// more.
//
// If a socket's Linger is zero, Close may wait without a limit: see
// [Socket.Close].
func (c *Context) Close() error { return c.core.Close() }

// Shutdown closes the context as Close does, but waits for queued messages until
// ctx is done, whatever the sockets' Linger is. Messages that could not be sent
// are dropped and counted, and Shutdown fails with an *UnsentError that has their
// number. It can be called while Close waits.
func (c *Context) Shutdown(ctx context.Context) error {
	unsent, err := c.core.Shutdown(ctx)
	if unsent > 0 {
		return errors.Join(&UnsentError{Of: "the context", Messages: unsent, Err: ctx.Err()}, err)
	}
	return err
}
