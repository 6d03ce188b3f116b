package zmq_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/actum-go/actum/zmq"
	"github.com/actum-go/actum/zmq/internal/conformance"
)

// A linger without a limit delivers everything, even to a peer that comes after
// Close was called.
func TestLingerForever(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		push, err := f.Sockets.NewSocket(zmq.PUSH, zmq.Options{ReconnectInterval: 5 * time.Millisecond})
		must(f.T, err)
		ep := f.Free()
		must(f.T, push.Connect(ep))
		const n = 500
		for i := range n {
			f.Send(push, fmt.Sprint(i))
		}
		closed := async(push.Close)
		pull := f.Socket(zmq.PULL, zmq.Options{RecvHWM: 10})
		f.Eventually("the socket is closing", func() bool { _, err := push.TryRecv(); return errors.Is(err, zmq.ErrClosed) })
		select {
		case err := <-closed:
			f.Fatalf("closed with %v before anything was delivered", err)
		default:
		}
		must(f.T, pull.Bind(ep))
		for i := range n {
			f.Expect(pull, fmt.Sprint(i))
		}
		must(f.T, <-closed)
		if stats := push.Stats(); stats.Sent != n || len(stats.Dropped) > 0 {
			f.Fatalf("%+v", stats)
		}
	})
}

// Messages that cannot be delivered are dropped and counted, at once or after the
// linger.
func TestLingerEnds(t *testing.T) {
	for name, linger := range map[string]time.Duration{"no linger": zmq.NoLinger, "a nanosecond": 1} {
		t.Run(name, func(t *testing.T) {
			everyTransport(t, func(f *fixture) {
				push, err := f.Sockets.NewSocket(zmq.PUSH, zmq.Options{Linger: linger})
				must(f.T, err)
				must(f.T, push.Connect(f.Free()))
				for range 10 {
					f.Send(push, "x")
				}
				must(f.T, push.Close())
				if n := push.Stats().Dropped[zmq.DropPeerGone]; n != 10 {
					f.Fatalf("%d dropped, want 10", n)
				}
			})
		})
	}
}

// Shutdown waits as long as its context allows, whatever the linger, and reports
// what was left.
func TestShutdown(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		for _, linger := range []time.Duration{zmq.NoLinger, 0} {
			push, err := f.Sockets.NewSocket(zmq.PUSH, zmq.Options{Linger: linger})
			must(f.T, err)
			must(f.T, push.Connect(f.Free()))
			f.Send(push, "x")
			ctx, cancel := context.WithTimeout(f.Ctx, time.Millisecond)
			f.Fails("shutting down with a message left", push.Shutdown(ctx), context.DeadlineExceeded)
			cancel()
		}
		idle := f.Socket(zmq.PUSH, zmq.Options{})
		must(f.T, idle.Shutdown(f.Ctx))
	})
}

// Close waits for messages to connected peers to be sent, but no longer, even if
// the linger would allow it.
func TestCloseDeliversToThoseConnected(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		pull := f.Socket(zmq.PULL, zmq.Options{RecvHWM: zmq.Unlimited})
		const n = 1000
		for round := range 3 {
			f.Peers(pull, 0)
			push := f.Socket(zmq.PUSH, zmq.Options{Linger: time.Minute})
			f.Link(pull, push)
			for i := range n {
				f.Send(push, fmt.Sprint(round, i))
			}
			must(f.T, push.Close())
			for i := range n {
				f.Expect(pull, fmt.Sprint(round, i))
			}
		}
	})
}

// Close ends calls that wait; later calls fail in the same way.
func TestCloseWhileOthersWait(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		s, peer := f.Socket(zmq.DEALER, zmq.Options{SendHWM: 1, Linger: zmq.NoLinger}), f.Socket(zmq.DEALER, zmq.Options{RecvHWM: 1})
		f.Link(s, peer)
		f.Fill(s)
		var results []<-chan error
		for range 4 {
			results = append(results, async(func() error {
				for {
					if err := s.SendBytes(context.Background(), []byte(large)); err != nil {
						return err
					}
				}
			}), async(func() error {
				_, err := s.Recv(context.Background())
				return err
			}), async(func() error {
				for _, err := range s.Messages(context.Background()) {
					return err
				}
				return zmq.ErrClosed // Messages ends without a word
			}))
		}
		must(f.T, s.Close())
		for _, result := range results {
			f.Fails("a call that waited", <-result, zmq.ErrClosed)
		}
		_, recvErr := s.Recv(f.Ctx)
		_, tryRecvErr := s.TryRecv()
		for name, err := range map[string]error{
			"Send": s.SendBytes(f.Ctx, nil), "TrySend": s.TrySend(zmq.StringMsg("x")), "Recv": recvErr, "TryRecv": tryRecvErr,
			"Bind": s.Bind(f.Wildcard()), "Connect": s.Connect("tcp://127.0.0.1:1"), "Unbind": s.Unbind(s.LastEndpoint()),
			"Disconnect": s.Disconnect("tcp://127.0.0.1:1"),
		} {
			if !errors.Is(err, zmq.ErrClosed) || !errors.Is(err, net.ErrClosed) {
				f.Errorf("%s on a closed socket: %v", name, err)
			}
		}
	})
}

// Close may be called again, and by many goroutines at once: all wait for the
// first.
func TestCloseByMany(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		s, peer := f.Socket(zmq.PUSH, zmq.Options{}), f.Socket(zmq.PULL, zmq.Options{})
		f.Link(s, peer)
		f.Send(s, "x")
		var closing sync.WaitGroup
		for range 8 {
			closing.Go(func() { f.ok(s.Close()) })
		}
		f.Expect(peer, "x")
		closing.Wait()
		must(f.T, s.Close())
	})
}

// A context closes its sockets, with calls in progress; then it makes no new
// ones.
func TestCloseContext(t *testing.T) {
	c, err := zmq.NewContext(zmq.ContextOptions{})
	must(t, err)
	var results []<-chan error
	var sockets []*zmq.Socket
	for _, typ := range []zmq.Type{zmq.PULL, zmq.SUB, zmq.DEALER, zmq.ROUTER, zmq.PAIR, zmq.REP} {
		s, err := c.NewSocket(typ, zmq.Options{})
		must(t, err)
		must(t, s.Bind("tcp://127.0.0.1:*"))
		must(t, s.Bind("inproc://"+typ.String()))
		if conformance.NoUnixSockets() == nil {
			must(t, s.Bind("ipc://*"))
		}
		sockets = append(sockets, s)
		results = append(results, async(func() error {
			_, err := s.Recv(context.Background())
			return err
		}))
	}
	var closing sync.WaitGroup
	for range 3 {
		closing.Go(func() {
			if err := c.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	closing.Wait()
	for i, result := range results {
		if err := <-result; !errors.Is(err, zmq.ErrClosed) {
			t.Errorf("%s: %v", sockets[i].Type(), err)
		}
		must(t, sockets[i].Close())
	}
	if _, err := c.NewSocket(zmq.SUB, zmq.Options{Subscribe: []string{"a"}}); !errors.Is(err, zmq.ErrClosed) {
		t.Fatalf("a socket in a closed context: %v", err)
	}
}

// Messages for an inproc name do not keep a context from closing, whatever the
// linger, because no socket can bind the name any more.
func TestCloseContextWithNamesNeverBound(t *testing.T) {
	f := newFixture(t, "inproc")
	c, err := zmq.NewContext(zmq.ContextOptions{})
	must(t, err)
	never, err := c.NewSocket(zmq.PUSH, zmq.Options{})
	must(t, err)
	must(t, never.Connect("inproc://never"))
	must(t, never.SendBytes(f.Ctx, []byte("x")))
	waiting := async(never.Close)
	other, err := c.NewSocket(zmq.PUSH, zmq.Options{})
	must(t, err)
	must(t, other.Connect("inproc://pull"))
	pull, err := c.NewSocket(zmq.PULL, zmq.Options{})
	must(t, err)
	must(t, pull.Bind("inproc://pull"))
	must(t, other.SendBytes(f.Ctx, []byte("never received")))
	must(t, c.Close())
	must(t, <-waiting)
	if n := never.Stats().Dropped[zmq.DropPeerGone]; n != 1 {
		t.Fatalf("%d dropped, want 1", n)
	}
}

// The sockets of a context close all at once, each with its linger.
func TestCloseContextWithQueues(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		c, err := zmq.NewContext(zmq.ContextOptions{})
		must(f.T, err)
		for range 3 {
			s, err := c.NewSocket(zmq.DEALER, zmq.Options{Linger: 20 * time.Millisecond})
			must(f.T, err)
			must(f.T, s.Connect(f.Free()))
			must(f.T, s.SendBytes(f.Ctx, []byte("x")))
		}
		must(f.T, c.Close())
	})
}

// Shutdown reports how many messages it has dropped; that of a context adds up
// its sockets.
func TestShutdownCounts(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		c, err := zmq.NewContext(zmq.ContextOptions{})
		must(f.T, err)
		ctx, cancel := context.WithCancel(f.Ctx)
		cancel()
		make := func(n int) *zmq.Socket {
			s, err := c.NewSocket(zmq.PUSH, zmq.Options{})
			must(f.T, err)
			must(f.T, s.Connect(f.Free()))
			for range n {
				f.Send(s, "x")
			}
			return s
		}
		expect := func(what string, err error, n int) {
			f.Helper()
			var unsent *zmq.UnsentError
			if !errors.As(err, &unsent) || unsent.Messages != n || !errors.Is(err, context.Canceled) {
				f.Errorf("%s: %v, want %d messages", what, err, n)
			}
		}
		s := make(3)
		expect("a socket", s.Shutdown(ctx), 3)
		if stats := s.Stats(); stats.Dropped[zmq.DropPeerGone] != 3 || stats.Closing || len(stats.Endpoints) != 0 {
			f.Errorf("%+v", stats)
		}
		make(1)
		make(2)
		make(0)
		expect("a context", c.Shutdown(ctx), 3)
	})
}

// A Context's Shutdown ends a Close that waits without a limit.
func TestContextShutdownHurriesAClose(t *testing.T) {
	f := newFixture(t, "tcp")
	c, err := zmq.NewContext(zmq.ContextOptions{})
	must(t, err)
	s, err := c.NewSocket(zmq.PUSH, zmq.Options{Linger: zmq.LingerForever})
	must(t, err)
	must(t, s.Connect(f.Free()))
	f.Send(s, "x")
	closed := async(c.Close)
	f.Eventually("closing", func() bool { return s.Stats().Closing })
	ctx, cancel := context.WithCancel(f.Ctx)
	cancel()
	var unsent *zmq.UnsentError
	if err := c.Shutdown(ctx); !errors.As(err, &unsent) || unsent.Messages != 1 {
		t.Errorf("Shutdown: %v", err)
	}
	must(t, <-closed)
}

// While Close waits, Stats and the log show for what. At the end the log has the
// number of dropped messages.
func TestCloseSaysWhatItWaitsFor(t *testing.T) {
	said, logger := newJournal()
	f := newReportingFixture(t, logger, time.Millisecond)
	s, ep := f.Socket(zmq.PUSH, zmq.Options{}), f.Free()
	must(t, s.Connect(ep))
	for range 3 {
		f.Send(s, "x")
	}
	closed := async(s.Close)
	f.Eventually("a line", func() bool { return said.count("Close waits", "queued=3", ep, "state=retrying") > 0 })
	if stats := s.Stats(); !stats.Closing || stats.Queued != 3 || len(stats.Endpoints) != 1 || stats.Endpoints[0].Queued != 3 {
		t.Errorf("%+v", stats)
	}
	ctx, cancel := context.WithCancel(f.Ctx)
	cancel()
	if err := s.Shutdown(ctx); err == nil {
		t.Error("Shutdown succeeds although no peer takes the messages")
	}
	must(t, <-closed)
	f.Eventually("what was dropped", func() bool { return said.count("WARN", "not sent", "dropped=3") == 1 })
}

// Close of a SUB does not wait for a publisher that never comes: it has nothing
// to deliver.
func TestCloseSubscriber(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		s := f.Socket(zmq.SUB, zmq.Options{Subscribe: []string{"a"}})
		must(f.T, s.Connect(f.Free()))
		must(f.T, s.Subscribe("b"))
		must(f.T, s.Close())
	})
}
