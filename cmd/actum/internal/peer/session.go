package peer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/actum-go/actum/cmd/actum/internal/exit"
	"github.com/actum-go/actum/cmd/actum/internal/system"
	"github.com/actum-go/actum/zmq"
)

// session is one running command.
type session struct {
	*zmq.Socket
	in     *input
	out    *output
	err    io.Writer
	count  uint // 0: no limit
	rate   float64
	fixed  bool // the messages to send are those of --data
	failed bool // a message could not be delivered, and standard error says which

	notice        *notice
	subscriptions int // the number to wait for

	// unsent is the number of messages read from the input and not accepted by Send.
	unsent atomic.Uint64
	// attempted is closed after the first attempt to send.
	attempted chan struct{}
	attempt   sync.Once

	// The limits for sending, receiving, and delivering the last messages; 0 means no
	// limit.
	sendTimeout, recvTimeout, linger time.Duration
}

// run opens the socket, calls work, and closes the socket: after delivering its
// messages if work succeeded, and at once if not.
func (c *Common) run(ctx context.Context, std system.Streams, t zmq.Type, sending Sending, repeats uint, work func(*session, context.Context) error) error {
	o, err := c.options(t, sending)
	if err != nil {
		return err
	}
	std.Err = &lockedWriter{w: std.Err}
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
	gone, unwatch := system.WatchReader(std.Out)
	defer unwatch()
	s := &session{Socket: socket, err: std.Err, count: c.Count, rate: sending.Rate, fixed: sending.Data != nil, attempted: make(chan struct{}),
		sendTimeout: o.SendTimeout, recvTimeout: o.RecvTimeout, linger: o.Linger}
	s.notice = &notice{w: std.Err, patience: c.patience(std), describe: s.waitingFor, start: time.Now()}
	defer s.notice.watch()()
	s.out = newOutput(std.Out, c.JSON, t, gone)
	s.in = newInput(ctx, c.source(std.In, t, sending.Data, repeats))
	s.in.typed = !s.fixed && system.IsTerminal(std.In)
	err = errors.Join(work(s, ctx), s.out.flush())
	before := s.undelivered()
	err = errors.Join(err, s.close(ctx, err == nil), zctx.Close())
	return s.verdict(err, before)
}

// logger writes the log if the user asked for it; nil if not.
func (c *Common) logger(w io.Writer) *slog.Logger {
	if !c.Verbose {
		return nil
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// patience is how long the command waits before it reports what for; negative if
// it does not report.
func (c *Common) patience(std system.Streams) time.Duration {
	switch {
	case c.Quiet:
		return -1
	case std.Patience == 0:
		return defaultPatience
	}
	return std.Patience
}

// open makes the socket and its endpoints. Endpoints with a wildcard are reported
// on standard error as they were bound.
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

// close delivers sent messages within the linger, unless the command has already
// failed.
func (s *session) close(ctx context.Context, deliver bool) error {
	s.notice.begin(forDelivery)
	defer s.notice.end(forDelivery)
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
	var unsent *zmq.UnsentError
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return errLate
	case errors.As(err, &unsent) && unsent.Err == nil:
		return nil // the peers left: verdict counts the messages
	}
	return err
}

// errLate is the end of the linger, for which verdict words an error.
var errLate = errors.New("not everything that was sent could be delivered in time")

// verdict is the result of the command: the error of its work and its close,
// unless messages were lost. It is called after the close; before is the number
// of messages lost until then.
func (s *session) verdict(err error, before uint64) error {
	lost := s.undelivered()
	switch atClose := lost - before + s.unsent.Load(); {
	case s.out.pending > 0 && system.IsReaderGone(err):
		return fmt.Errorf("standard output was closed: %s, received before that, could not be written (--count N receives no more than N)",
			messages(uint64(s.out.pending)))
	case system.IsReaderGone(err) && atClose > 0:
		return fmt.Errorf("standard output was closed: %s could not be delivered", messages(atClose))
	case errors.Is(err, context.Canceled) && atClose > 0:
		return fmt.Errorf("interrupted: %s could not be delivered", messages(atClose))
	case errors.Is(err, errLate) && atClose > 0:
		return fmt.Errorf("%s could not be delivered within %v", messages(atClose), max(s.linger, 0))
	case errors.Is(err, errLate):
		return fmt.Errorf("not everything that was sent could be delivered within %v", max(s.linger, 0))
	case err == nil && lost > 0:
		return fmt.Errorf("%s could not be delivered: a peer left", messages(lost))
	case err == nil && s.failed:
		return errors.New("not every message could be delivered")
	}
	return err
}

// undelivered is the number of messages that the socket accepted and lost because
// their peer left or never came. Lost subscribers do not count.
func (s *session) undelivered() uint64 {
	if s.Type() == zmq.PUB {
		return 0
	}
	return s.Stats().Dropped[zmq.DropPeerGone]
}

// messages returns "1 message" or "n messages".
func messages(n uint64) string {
	if n == 1 {
		return "1 message"
	}
	return fmt.Sprintf("%d messages", n)
}
