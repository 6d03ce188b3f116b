package zmq_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/actum-go/actum/zmq"
)

// counterpart is a type that each type talks to.
var counterpart = map[zmq.Type]zmq.Type{
	zmq.PAIR: zmq.PAIR, zmq.PUB: zmq.SUB, zmq.SUB: zmq.PUB, zmq.REQ: zmq.REP, zmq.REP: zmq.REQ,
	zmq.DEALER: zmq.ROUTER, zmq.ROUTER: zmq.DEALER, zmq.PULL: zmq.PUSH, zmq.PUSH: zmq.PULL,
}

// connectsOnce has the types that libzmq 4.3.4 connects once to a tcp or ipc
// endpoint. It connects all others, and all types over inproc, each time.
var connectsOnce = map[zmq.Type]bool{zmq.SUB: true, zmq.PUB: true, zmq.DEALER: true, zmq.REQ: true}

// A second Connect to the same endpoint makes a second connection, except with the
// types of connectsOnce; one Disconnect ends them all, as with libzmq.
func TestConnectTwice(t *testing.T) {
	for typ, other := range counterpart {
		if typ == zmq.PAIR {
			continue // a second Connect fails: there is one peer
		}
		t.Run(typ.String(), func(t *testing.T) {
			everyTransport(t, func(f *fixture) {
				bound, s := f.Socket(other, zmq.Options{}), f.Socket(typ, zmq.Options{})
				ep := f.Bind(bound)
				want := 2
				if connectsOnce[typ] && f.Transport != "inproc" {
					want = 1
				}
				must(f.T, s.Connect(ep))
				must(f.T, s.Connect(ep))
				if n := len(s.Stats().Endpoints); n != want {
					f.Fatalf("%d connections, want %d", n, want)
				}
				f.Peers(bound, want)
				must(f.T, s.Disconnect(ep))
				f.Fails("disconnecting again", s.Disconnect(ep), zmq.ErrNotConnected)
				f.Peers(bound, 0)
				must(f.T, s.Connect(ep))
				f.Peers(bound, 1)
			})
		})
	}
}

// A SUB that connects twice receives everything once.
func TestSubscriberConnectedTwice(t *testing.T) {
	f := newFixture(t, "tcp")
	pub, sub := f.Socket(zmq.PUB, zmq.Options{}), f.Socket(zmq.SUB, zmq.Options{Subscribe: []string{""}})
	ep := f.Bind(pub)
	must(t, sub.Connect(ep))
	f.Subscribed(pub, 1)
	must(t, sub.Connect(ep))
	f.Send(pub, "a")
	f.Send(pub, "b")
	f.Expect(sub, "a")
	f.Expect(sub, "b")
}

// A socket of these types is not connected to the endpoint that it is bound to.
func TestConnectToOneself(t *testing.T) {
	f := newFixture(t, "tcp")
	s := f.Socket(zmq.DEALER, zmq.Options{})
	ep := f.Bind(s)
	must(t, s.Connect(ep))
	f.Fails("disconnecting", s.Disconnect(ep), zmq.ErrNotConnected)
}

// A connection that was given up can be begun anew.
func TestConnectAgainAfterGivingUp(t *testing.T) {
	f := newFixture(t, "tcp")
	s, bound := f.Socket(zmq.DEALER, zmq.Options{ReconnectInterval: -1}), f.Socket(zmq.DEALER, zmq.Options{})
	ep := f.Free()
	must(t, s.Connect(ep))
	f.endpoint(s, zmq.EndpointGivenUp)
	if e := s.Stats().Endpoints[0]; e.Endpoint != ep || e.LastError == nil || e.Failures != 1 {
		t.Errorf("%+v", e)
	}
	must(t, bound.Bind(ep))
	must(t, s.Connect(ep))
	f.exchange(s, bound, "hello")
}

// endpoint waits until a socket's only endpoint, or the last one, is in a state.
func (f *fixture) endpoint(s *zmq.Socket, want zmq.EndpointState) (e zmq.EndpointStats) {
	f.Helper()
	f.Eventually("an endpoint that is "+want.String(), func() bool {
		all := s.Stats().Endpoints
		e = all[len(all)-1]
		return e.State == want
	})
	return e
}

// Stats say what an endpoint is doing, why it failed, and how much waits there.
func TestEndpointStats(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		push, pull := f.Socket(zmq.PUSH, zmq.Options{}), f.Socket(zmq.PULL, zmq.Options{})
		ep := f.Free()
		must(f.T, push.Connect(ep))
		f.Send(push, "a")
		f.Send(push, "b")
		waits := zmq.EndpointRetrying
		if f.Transport == "inproc" {
			waits = zmq.EndpointConnecting
		}
		if e := f.endpoint(push, waits); e.Endpoint != ep || e.Queued != 2 || (e.LastError == nil) != (f.Transport == "inproc") {
			f.Errorf("%+v", e)
		}
		if n := push.Stats().Queued; n != 2 {
			f.Errorf("%d queued, want 2", n)
		}
		must(f.T, pull.Bind(ep))
		if e := f.endpoint(pull, zmq.EndpointListening); e.Endpoint != ep || e.LastError != nil {
			f.Errorf("%+v", e)
		}
		f.Expect(pull, "a")
		f.Expect(pull, "b")
		if e := f.endpoint(push, zmq.EndpointConnected); e.Failures != 0 || (e.LastError == nil) != (f.Transport == "inproc") {
			f.Errorf("%+v", e)
		}
		f.Eventually("nothing queued", func() bool {
			_, err := pull.TryRecv() // over inproc a receiver says what it has taken when it finds no more
			return errors.Is(err, zmq.ErrWouldBlock) && push.Stats().Queued == 0
		})
	})
}

// What waits for peers that have come is counted, too.
func TestQueuedForAccepted(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		push, pull := f.Socket(zmq.PUSH, zmq.Options{SendHWM: 2}), f.Socket(zmq.PULL, zmq.Options{RecvHWM: 2})
		f.Link(push, pull)
		n := f.Fill(push)
		if s := push.Stats(); s.Queued == 0 || s.Queued > n {
			f.Errorf("%d messages are queued of the %d that a full socket holds", s.Queued, n)
		}
		f.Eventually("all are sent or queued", func() bool { s := push.Stats(); return int(s.Sent)+s.Queued == n })
	})
}

// journal is a logger's output.
type journal struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.Write(b)
}

// count is how many lines have all of these in them.
func (j *journal) count(parts ...string) (n int) {
	j.mu.Lock()
	defer j.mu.Unlock()
lines:
	for line := range strings.Lines(j.b.String()) {
		for _, part := range parts {
			if !strings.Contains(line, part) {
				continue lines
			}
		}
		n++
	}
	return n
}

func newJournal() (*journal, *slog.Logger) {
	j := new(journal)
	return j, slog.New(slog.NewTextHandler(j, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// Incompatible sockets report it at both ends, in the log and in Stats, but not
// without end; a later success is reported too.
func TestMismatchIsReported(t *testing.T) {
	for _, transport := range []string{"tcp", "ipc"} {
		t.Run(transport, func(t *testing.T) {
			said, logger := newJournal()
			f := newFixtureIn(t, transport, zmq.ContextOptions{Logger: logger})
			wrong, sub := f.Socket(zmq.PULL, zmq.Options{}), f.Socket(zmq.SUB, zmq.Options{ReconnectInterval: time.Millisecond})
			ep := f.Free()
			must(t, wrong.Bind(ep))
			must(t, sub.Connect(ep))
			const failures = 6 // 63 ms and more: the waits double
			var e zmq.EndpointStats
			f.Eventually("failures", func() bool { e = sub.Stats().Endpoints[0]; return e.Failures >= failures })
			if !errors.Is(e.LastError, zmq.ErrIncompatible) {
				t.Errorf("the SUB: %v", e.LastError)
			}
			f.Eventually("the PULL knows, too", func() bool { return errors.Is(wrong.Stats().Endpoints[0].LastError, zmq.ErrIncompatible) })
			f.Eventually("warnings", func() bool {
				return said.count("WARN", "socket=SUB", ep, "SUB does not talk to PULL") > 0 && said.count("WARN", "socket=PULL", "PULL does not talk to SUB") > 0
			})
			if n := said.count("WARN", "socket=SUB"); n > 4 && sub.Stats().Endpoints[0].Failures < 8 {
				t.Errorf("%d warnings for %d failures", n, failures)
			}
			must(t, wrong.Unbind(ep))
			must(t, f.Socket(zmq.PUB, zmq.Options{}).Bind(ep))
			f.endpoint(sub, zmq.EndpointConnected)
			f.Eventually("a line about the success", func() bool { return said.count("zmq: connected", ep, "failures=") > 0 })
		})
	}
}

// Over inproc a mismatch is found when the name is bound, and is then reported to
// the socket that waits.
func TestMismatchOverInproc(t *testing.T) {
	said, logger := newJournal()
	f := newFixtureIn(t, "inproc", zmq.ContextOptions{Logger: logger})
	sub := f.Socket(zmq.SUB, zmq.Options{})
	must(t, sub.Connect("inproc://x"))
	must(t, f.Socket(zmq.PULL, zmq.Options{}).Bind("inproc://x"))
	if e := f.endpoint(sub, zmq.EndpointRetrying); !errors.Is(e.LastError, zmq.ErrIncompatible) {
		t.Errorf("%+v", e)
	}
	f.Eventually("a warning", func() bool { return said.count("WARN", "SUB", "inproc://x", "PULL") > 0 })
}

// As over other transports, Stats of a socket that binds an inproc name shows the
// peers that it could not join: those of incompatible types, and a PAIR's second
// peer.
func TestRefusalsAtABoundName(t *testing.T) {
	for _, tt := range []struct {
		bound, first, other zmq.Type
		before              bool // it connects before the name is bound
		want                error
	}{
		{zmq.PULL, zmq.PUSH, zmq.REP, false, zmq.ErrIncompatible},
		{zmq.PULL, zmq.PUSH, zmq.REP, true, zmq.ErrIncompatible},
		{zmq.PAIR, zmq.PAIR, zmq.PAIR, false, zmq.ErrSecondPeer},
		{zmq.PAIR, zmq.PAIR, zmq.PAIR, true, zmq.ErrSecondPeer},
	} {
		f := newFixture(t, "inproc")
		bound, first, other := f.Socket(tt.bound, zmq.Options{}), f.Socket(tt.first, zmq.Options{}), f.Socket(tt.other, zmq.Options{})
		const name = "inproc://name"
		must(t, first.Connect(name))
		if tt.before {
			must(t, other.Connect(name))
		}
		must(t, bound.Bind(name))
		if !tt.before {
			_ = other.Connect(name) // fails, or waits
		}
		e := bound.Stats().Endpoints[0]
		if e.State != zmq.EndpointListening || e.Failures != 1 || !errors.Is(e.LastError, tt.want) {
			t.Errorf("%s and %s, connected before %v: %+v", tt.bound, tt.other, tt.before, e)
		}
	}
}
