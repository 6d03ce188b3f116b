package zmq_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"runtime"
	"testing"
	"time"

	"github.com/actum-go/actum/zmq"
)

// Close waits until the messages for peers that have connected are sent, too.
func TestCloseDeliversToPeersOfABind(t *testing.T) {
	for _, transport := range []string{"tcp", "ipc"} {
		t.Run(transport, func(t *testing.T) {
			f := newFixture(t, transport)
			push, pull := f.Socket(zmq.PUSH, zmq.Options{SendHWM: 100, Linger: time.Minute}), f.Socket(zmq.PULL, zmq.Options{RecvHWM: 1})
			f.Link(push, pull)
			n := f.Fill(push)
			closed := async(push.Close)
			f.Eventually("closing", func() bool { return push.Stats().Closing })
			for range n {
				m, err := pull.Recv(f.Ctx)
				must(t, err)
				m.Release()
			}
			must(t, <-closed)
			if stats := push.Stats(); int(stats.Sent) != n || len(stats.Dropped) > 0 {
				t.Errorf("of %d messages: %+v", n, stats)
			}
		})
	}
}

// Calls with a context leave nothing registered with it. It may live long.
func TestContextIsNotWatchedAfterClosing(t *testing.T) {
	f := newFixture(t, "tcp")
	c, err := zmq.NewContext(zmq.ContextOptions{})
	must(t, err)
	ctx := &watched{Context: f.Ctx}
	s, err := c.NewSocket(zmq.PULL, zmq.Options{})
	must(t, err)
	must(t, s.BindContext(ctx, "tcp://127.0.0.1:*"))
	if n := ctx.watchers.Load(); n != 0 {
		t.Errorf("watched by %d after BindContext", n)
	}
	must(t, s.Shutdown(ctx))
	must(t, c.Shutdown(ctx))
	if n := ctx.watchers.Load(); n != 0 {
		t.Errorf("watched by %d after Shutdown", n)
	}
	if ctx.all.Load() == 0 {
		t.Error("no call has watched the context")
	}
}

// slowJournal is a log that takes a line only after other goroutines have run.
type slowJournal struct{ *journal }

func (j slowJournal) Write(b []byte) (int, error) {
	for range 1000 {
		runtime.Gosched()
	}
	return j.journal.Write(b)
}

var _ io.Writer = slowJournal{}

// When a socket or a context is closed, the logger has handled what they have to say.
// A socket that has sent everything, or had dropped messages before, says nothing.
func TestCloseWaitsForTheLogger(t *testing.T) {
	done, cancel := context.WithCancel(t.Context())
	cancel()
	for name, closes := range map[string]func(*zmq.Context, *zmq.Socket) error{
		"Socket.Close":     func(_ *zmq.Context, s *zmq.Socket) error { return s.Close() },
		"Socket.Shutdown":  func(_ *zmq.Context, s *zmq.Socket) error { return s.Shutdown(done) },
		"Context.Close":    func(c *zmq.Context, _ *zmq.Socket) error { return c.Close() },
		"Context.Shutdown": func(c *zmq.Context, _ *zmq.Socket) error { return c.Shutdown(done) },
	} {
		for _, messages := range []int{0, 3} {
			said := slowJournal{new(journal)}
			c, err := zmq.NewContext(zmq.ContextOptions{Logger: slog.New(slog.NewTextHandler(said, nil))})
			must(t, err)
			s, err := c.NewSocket(zmq.PUSH, zmq.Options{Linger: zmq.NoLinger})
			must(t, err)
			must(t, s.Connect("inproc://earlier"))
			must(t, s.SendBytes(t.Context(), []byte("x")))
			must(t, s.Disconnect("inproc://earlier")) // drops it
			must(t, s.Connect("inproc://nobody"))
			for range messages {
				must(t, s.SendBytes(t.Context(), []byte("x")))
			}
			err = closes(c, s)
			var unsent *zmq.UnsentError
			if errors.As(err, &unsent); unsent != nil && unsent.Messages != messages || unsent == nil && err != nil {
				t.Errorf("%s of %d messages: %v", name, messages, err)
			}
			if n := said.count("not sent", "dropped=3"); n != messages/3 || said.count("not sent") != n {
				t.Errorf("%s of %d messages: %d lines", name, messages, n)
			}
			must(t, c.Close())
		}
	}
}

// The report of a Close that waits names the endpoints that messages wait for, and no
// others. Without a logger there is no report.
func TestCloseReportsQueuesOnly(t *testing.T) {
	for _, logs := range []bool{true, false} {
		said, logger := newJournal()
		if !logs {
			logger = nil
		}
		f := newReportingFixture(t, logger, 1)
		push, pull := f.Socket(zmq.PUSH, zmq.Options{}), f.Socket(zmq.PULL, zmq.Options{})
		ep := f.Bind(push)
		waits := f.Free()
		must(t, push.Connect(waits))
		f.Send(push, "x")
		closed := async(push.Close)
		f.Eventually("closing", func() bool { return push.Stats().Closing })
		if logs {
			f.Eventually("a report", func() bool { return said.count("Close waits", waits) > 0 })
			if n := said.count("Close waits", ep); n > 0 {
				t.Errorf("%d reports name %s, for which nothing waits", n, ep)
			}
		}
		must(t, pull.Bind(waits))
		f.Expect(pull, "x")
		must(t, <-closed)
	}
}

// A context that was shut down with everything sent reports no error.
func TestShutdownOfAnIdleContext(t *testing.T) {
	c, err := zmq.NewContext(zmq.ContextOptions{})
	must(t, err)
	_, err = c.NewSocket(zmq.PUSH, zmq.Options{})
	must(t, err)
	must(t, c.Shutdown(deadline(t)))
}
