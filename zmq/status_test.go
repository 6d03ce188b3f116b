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
			everyTransport(t, func(r *fixture) {
				bound, s := r.Socket(other, zmq.Options{}), r.Socket(typ, zmq.Options{})
				ep := r.Bind(bound)
				want := 2
				if connectsOnce[typ] && r.Transport != "inproc" {
					want = 1
				}
				must(r.T, s.Connect(ep))
				must(r.T, s.Connect(ep))
				if n := len(s.Stats().Endpoints); n != want {
					r.Fatalf("%d connections, want %d", n, want)
				}
				r.Peers(bound, want)
				must(r.T, s.Disconnect(ep))
				r.Fails("disconnecting again", s.Disconnect(ep), zmq.ErrNotConnected)
				r.Peers(bound, 0)
				must(r.T, s.Connect(ep))
				r.Peers(bound, 1)
			})
		})
	}
}

// A SUB that connects twice receives everything once.
func TestSubscriberConnectedTwice(t *testing.T) {
	r := newFixture(t, "tcp")
	pub, sub := r.Socket(zmq.PUB, zmq.Options{}), r.Socket(zmq.SUB, zmq.Options{Subscribe: []string{""}})
	ep := r.Bind(pub)
	must(t, sub.Connect(ep))
	r.Subscribed(pub, 1)
	must(t, sub.Connect(ep))
	r.Send(pub, "a")
	r.Send(pub, "b")
	r.Expect(sub, "a")
	r.Expect(sub, "b")
}

// A socket of these types is not connected to the endpoint that it is bound to.
func TestConnectToOneself(t *testing.T) {
	r := newFixture(t, "tcp")
	s := r.Socket(zmq.DEALER, zmq.Options{})
	ep := r.Bind(s)
	must(t, s.Connect(ep))
	r.Fails("disconnecting", s.Disconnect(ep), zmq.ErrNotConnected)
}

// A connection that was given up can be begun anew.
func TestConnectAgainAfterGivingUp(t *testing.T) {
	r := newFixture(t, "tcp")
	s, bound := r.Socket(zmq.DEALER, zmq.Options{ReconnectInterval: -1}), r.Socket(zmq.DEALER, zmq.Options{})
	ep := r.Free()
	must(t, s.Connect(ep))
	r.endpoint(s, zmq.EndpointGivenUp)
	if e := s.Stats().Endpoints[0]; e.Endpoint != ep || e.LastError == nil || e.Failures != 1 {
		t.Errorf("%+v", e)
	}
	must(t, bound.Bind(ep))
	must(t, s.Connect(ep))
	r.exchange(s, bound, "hello")
}

// endpoint waits until a socket's only endpoint, or the last one, is in a state.
func (r *fixture) endpoint(s *zmq.Socket, want zmq.EndpointState) (e zmq.EndpointStats) {
	r.Helper()
	r.Eventually("an endpoint that is "+want.String(), func() bool {
		all := s.Stats().Endpoints
		e = all[len(all)-1]
		return e.State == want
	})
	return e
}

// Stats say what an endpoint is doing, why it failed, and how much waits there.
func TestEndpointStats(t *testing.T) {
	everyTransport(t, func(r *fixture) {
		push, pull := r.Socket(zmq.PUSH, zmq.Options{}), r.Socket(zmq.PULL, zmq.Options{})
		ep := r.Free()
		must(r.T, push.Connect(ep))
		r.Send(push, "a")
		r.Send(push, "b")
		waits := zmq.EndpointRetrying
		if r.Transport == "inproc" {
			waits = zmq.EndpointConnecting
		}
		if e := r.endpoint(push, waits); e.Endpoint != ep || e.Queued != 2 || (e.LastError == nil) != (r.Transport == "inproc") {
			r.Errorf("%+v", e)
		}
		if n := push.Stats().Queued; n != 2 {
			r.Errorf("%d queued, want 2", n)
		}
		must(r.T, pull.Bind(ep))
		if e := r.endpoint(pull, zmq.EndpointListening); e.Endpoint != ep || e.LastError != nil {
			r.Errorf("%+v", e)
		}
		r.Expect(pull, "a")
		r.Expect(pull, "b")
		if e := r.endpoint(push, zmq.EndpointConnected); e.Failures != 0 || (e.LastError == nil) != (r.Transport == "inproc") {
			r.Errorf("%+v", e)
		}
		r.Eventually("nothing queued", func() bool {
			_, err := pull.TryRecv() // over inproc a receiver says what it has taken when it finds no more
			return errors.Is(err, zmq.ErrWouldBlock) && push.Stats().Queued == 0
		})
	})
}

// What waits for peers that have come is counted, too.
func TestQueuedForAccepted(t *testing.T) {
	everyTransport(t, func(r *fixture) {
		push, pull := r.Socket(zmq.PUSH, zmq.Options{SendHWM: 2}), r.Socket(zmq.PULL, zmq.Options{RecvHWM: 2})
		r.Link(push, pull)
		n := r.Fill(push)
		if s := push.Stats(); s.Queued == 0 || s.Queued > n {
			r.Errorf("%d messages are queued of the %d that a full socket holds", s.Queued, n)
		}
		r.Eventually("all are sent or queued", func() bool { s := push.Stats(); return int(s.Sent)+s.Queued == n })
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
			r := newFixtureIn(t, transport, zmq.ContextOptions{Logger: logger})
			wrong, sub := r.Socket(zmq.PULL, zmq.Options{}), r.Socket(zmq.SUB, zmq.Options{ReconnectInterval: time.Millisecond})
			ep := r.Free()
			must(t, wrong.Bind(ep))
			must(t, sub.Connect(ep))
			const failures = 6 // 63 ms and more: the waits double
			var e zmq.EndpointStats
			r.Eventually("failures", func() bool { e = sub.Stats().Endpoints[0]; return e.Failures >= failures })
			if !errors.Is(e.LastError, zmq.ErrIncompatible) {
				t.Errorf("the SUB: %v", e.LastError)
			}
			r.Eventually("the PULL knows, too", func() bool { return errors.Is(wrong.Stats().Endpoints[0].LastError, zmq.ErrIncompatible) })
			r.Eventually("warnings", func() bool {
				return said.count("WARN", "socket=SUB", ep, "SUB does not talk to PULL") > 0 && said.count("WARN", "socket=PULL", "PULL does not talk to SUB") > 0
			})
			if n := said.count("WARN", "socket=SUB"); n > 4 && sub.Stats().Endpoints[0].Failures < 8 {
				t.Errorf("%d warnings for %d failures", n, failures)
			}
			must(t, wrong.Unbind(ep))
			must(t, r.Socket(zmq.PUB, zmq.Options{}).Bind(ep))
			r.endpoint(sub, zmq.EndpointConnected)
			r.Eventually("a line about the success", func() bool { return said.count("zmq: connected", ep, "failures=") > 0 })
		})
	}
}

// Over inproc a mismatch is found when the name is bound, and is then reported to
// the socket that waits.
func TestMismatchOverInproc(t *testing.T) {
	said, logger := newJournal()
	r := newFixtureIn(t, "inproc", zmq.ContextOptions{Logger: logger})
	sub := r.Socket(zmq.SUB, zmq.Options{})
	must(t, sub.Connect("inproc://x"))
	must(t, r.Socket(zmq.PULL, zmq.Options{}).Bind("inproc://x"))
	if e := r.endpoint(sub, zmq.EndpointRetrying); !errors.Is(e.LastError, zmq.ErrIncompatible) {
		t.Errorf("%+v", e)
	}
	r.Eventually("a warning", func() bool { return said.count("WARN", "SUB", "inproc://x", "PULL") > 0 })
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
		r := newFixture(t, "inproc")
		bound, first, other := r.Socket(tt.bound, zmq.Options{}), r.Socket(tt.first, zmq.Options{}), r.Socket(tt.other, zmq.Options{})
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
