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
	failed bool // a message was dropped, which standard error has reported

	waits         *waitReporter
	subscriptions int // how many awaitSubscriptions waits for

	// unsent is the number of messages read from the input and not accepted by Send.
	unsent atomic.Uint64
	// firstAttempt is closed after the first attempt to send.
	firstAttempt     chan struct{}
	firstAttemptOnce sync.Once

	// The limits for sending, receiving, and delivering the last messages; 0 means no
	// limit.
	sendTimeout, recvTimeout, linger time.Duration
}

// run opens the socket, calls work, and closes the socket. If work succeeded, the close
// waits until the messages sent have been delivered. Messages from --data are sent repeats
// times; repeats is 0 for types that do not send.
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
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	socket, err := c.open(zctx, t, o, std.Err)
	if err != nil {
		return errors.Join(err, zctx.Close())
	}
	readerGone, unwatch := system.WatchReader(std.Out)
	defer unwatch()
	s := &session{Socket: socket, err: std.Err, count: c.Count, rate: sending.Rate, fixed: sending.Data != nil, firstAttempt: make(chan struct{}),
		sendTimeout: o.SendTimeout, recvTimeout: o.RecvTimeout, linger: o.Linger}
	s.waits = &waitReporter{w: std.Err, delay: c.reportDelay(std), describe: s.waitingFor, epoch: time.Now()}
	defer s.waits.watch()()
	s.out = newOutput(std.Out, c.JSON, t, readerGone)
	s.in = newInput(ctx, c.source(std.In, t, sending.Data, repeats))
	s.in.typed = !s.fixed && system.IsTerminal(std.In)
	err = errors.Join(work(s, ctx), s.out.flush())
	lostBefore := s.lost()
	err = errors.Join(err, s.close(ctx, err == nil), zctx.Close())
	return s.finalError(err, lostBefore)
}

// logger writes the log if the user asked for it; nil if not.
func (c *Common) logger(w io.Writer) *slog.Logger {
	if !c.Verbose {
		return nil
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// reportDelay is how long a wait lasts before the command reports it; negative if the
// command does not report waits.
func (c *Common) reportDelay(std system.Streams) time.Duration {
	switch {
	case c.Quiet:
		return -1
	case std.ReportDelay == 0:
		return defaultReportDelay
	}
	return std.ReportDelay
}

// open makes the socket, and binds and connects it. If an endpoint has a wildcard, the
// endpoint that was bound instead is written to standard error.
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
	s.waits.begin(forDelivery)
	defer s.waits.end(forDelivery)
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
		return errLingerExpired
	case errors.As(err, &unsent) && unsent.Err == nil:
		return nil // the peers left: finalError counts the messages
	}
	return err
}

// errLingerExpired means that the linger has ended before all messages were delivered.
// finalError replaces it by an error with the number of messages.
var errLingerExpired = errors.New("not everything that was sent could be delivered in time")

// finalError returns the error with which the command ends. err is that of its work and
// of the close; lostBefore is the number of messages that were lost before the close. If
// messages were not delivered, their number is the error.
func (s *session) finalError(err error, lostBefore uint64) error {
	lost := s.lost()
	switch undelivered := lost - lostBefore + s.unsent.Load(); {
	case s.out.pending > 0 && system.IsReaderGone(err):
		return fmt.Errorf("standard output was closed: %s, received before that, could not be written (--count N receives no more than N)",
			messages(uint64(s.out.pending)))
	case system.IsReaderGone(err) && undelivered > 0:
		return fmt.Errorf("standard output was closed: %s could not be delivered", messages(undelivered))
	case errors.Is(err, context.Canceled) && undelivered > 0:
		return fmt.Errorf("interrupted: %s could not be delivered", messages(undelivered))
	case errors.Is(err, errLingerExpired) && undelivered > 0:
		return fmt.Errorf("%s could not be delivered within %v", messages(undelivered), max(s.linger, 0))
	case errors.Is(err, errLingerExpired):
		return fmt.Errorf("not everything that was sent could be delivered within %v", max(s.linger, 0))
	case err == nil && lost > 0:
		return fmt.Errorf("%s could not be delivered: a peer left", messages(lost))
	case err == nil && s.failed:
		return errors.New("not every message could be delivered")
	}
	return err
}

// lost is the number of messages that the socket accepted and lost because their peer
// left or never came. It is 0 for a PUB, whose subscribers may leave at any time.
func (s *session) lost() uint64 {
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
