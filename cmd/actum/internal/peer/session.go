package peer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/actum-go/actum/cmd/actum/internal/exit"
	"github.com/actum-go/actum/cmd/actum/internal/system"
	"github.com/actum-go/actum/zmq"
)

// session is one command at work.
type session struct {
	*zmq.Socket
	in     *input
	out    *output
	err    io.Writer
	count  uint // 0: without end
	rate   float64
	fixed  bool // what is sent is --data
	failed bool // something could not be delivered, and standard error says what

	// How long sending, receiving, and delivering the last messages may take; 0
	// is without end.
	sendTimeout, recvTimeout, linger time.Duration
}

// run opens the socket, has the work done, and closes it: in order if it went
// well, at once if not.
func (c *Common) run(ctx context.Context, std system.Streams, t zmq.Type, sending Sending, repeats uint, work func(*session, context.Context) error) error {
	o, err := c.options(t, sending)
	if err != nil {
		return err
	}
	zctx, err := zmq.NewContext(zmq.ContextOptions{Backend: c.Backend, Logger: c.logger(std.Err)})
	if err != nil {
		return &exit.UsageError{Err: err}
	}
	ctx, end := context.WithCancel(ctx)
	defer end()
	socket, err := c.open(zctx, t, o, std.Err)
	if err != nil {
		return errors.Join(err, zctx.Close())
	}
	s := &session{Socket: socket, err: std.Err, count: c.Count, rate: sending.Rate, fixed: sending.Data != nil,
		sendTimeout: o.SendTimeout, recvTimeout: o.RecvTimeout, linger: o.Linger}
	s.out = newOutput(std.Out, c.JSON, t)
	s.in = newInput(ctx, c.source(std.In, t, sending.Data, repeats))
	err = errors.Join(work(s, ctx), s.out.flush())
	err = errors.Join(err, s.close(ctx, err == nil), zctx.Close())
	if err == nil && s.failed {
		err = errors.New("not every message could be delivered")
	}
	return err
}

func (c *Common) logger(w io.Writer) *slog.Logger {
	if !c.Verbose {
		return nil
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// open makes the socket with its endpoints. What a wildcard stands for is said on
// standard error.
func (c *Common) open(zctx *zmq.Context, t zmq.Type, o zmq.Options, stderr io.Writer) (*zmq.Socket, error) {
	s, err := zctx.NewSocket(t, o)
	if err != nil {
		return nil, err
	}
	for _, endpoint := range c.Bind {
		if err := s.Bind(endpoint); err != nil {
			return nil, err
		}
		if last := s.LastEndpoint(); last != endpoint {
			fmt.Fprintln(stderr, "actum: bound", last)
		}
	}
	for _, endpoint := range c.Connect {
		if err := s.Connect(endpoint); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// options are those given, on top of what suits a command line: a router says so
// when a message has nowhere to go.
func (c *Common) options(t zmq.Type, sending Sending) (zmq.Options, error) {
	o := zmq.Options{RouterMandatory: t == zmq.ROUTER, SendTimeout: c.Timeout, RecvTimeout: c.Timeout, Linger: c.Timeout}
	if err := c.check(sending); err != nil {
		return o, err
	}
	for _, opt := range c.Opt {
		name, value, ok := strings.Cut(opt, "=")
		if !ok {
			return o, exit.Usagef("--opt %s: expected NAME=VALUE", opt)
		}
		if err := o.Set(name, value); err != nil {
			return o, err
		}
	}
	return o, nil
}

func (c *Common) check(sending Sending) error {
	if len(c.Bind)+len(c.Connect) == 0 {
		return exit.Usagef("at least one --bind EP or --connect EP is needed")
	}
	for _, endpoint := range append(c.Bind, c.Connect...) {
		if strings.HasPrefix(strings.ToLower(endpoint), "inproc:") {
			return exit.Usagef("%s: inproc reaches sockets of the same process, where there is no other", endpoint)
		}
	}
	if c.Timeout < 0 || sending.Rate < 0 {
		return exit.Usagef("--timeout and --rate must not be negative")
	}
	return nil
}

// close hands over what was sent, while the linger lasts, unless something has
// gone wrong already.
func (s *session) close(ctx context.Context, deliver bool) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if !deliver {
		cancel()
		_ = s.Shutdown(ctx)
		return nil
	}
	if s.linger != 0 {
		ctx, cancel = context.WithTimeout(ctx, s.linger)
		defer cancel()
	}
	err := s.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("not everything that was sent could be delivered within %v", max(s.linger, 0))
	}
	return err
}
