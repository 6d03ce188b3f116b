package zmq_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/actum-go/actum/internal/tuning"
	"github.com/actum-go/actum/zmq"
)

// requirement is a rule of a pattern's RFC. It is tested over every transport.
type requirement struct {
	name string
	test func(*fixture)
}

// TestConformance tests RFCs 28 to 31, sentence by sentence. The comment above
// each test quotes the rule that it checks.
func TestConformance(t *testing.T) {
	for _, transport := range []string{"tcp", "ipc", "inproc", "xor"} {
		t.Run(transport, func(t *testing.T) { conform(t, transport, zmq.ContextOptions{}) })
	}
}

// TestConformanceOfContexts tests the same over tcp, in contexts of other kinds.
func TestConformanceOfContexts(t *testing.T) {
	for name, o := range map[string]zmq.ContextOptions{
		"uring": {Backend: "uring"}, "epoll": {Backend: "epoll"}, "goroutine": {Backend: "goroutine"},
		"three dispatchers":                    {Dispatchers: 3},
		"without the optimizations of writing": tuned(tuning.Options{NoSpeculativeWrite: true, NoGatherWrite: true}),
		"without the optimizations of reading": tuned(tuning.Options{NoReadCoalescing: true, NoTimerStructure: true, NoHandlerMemory: true, NoStrandElision: true, NoLeading: true}),
	} {
		t.Run(name, func(t *testing.T) {
			if c, err := zmq.NewContext(o); err != nil {
				t.Skip(err)
			} else {
				must(t, c.Close())
			}
			conform(t, "tcp", o)
		})
	}
}

// tuned are the options of a context without some optimizations.
func tuned(t tuning.Options) (o zmq.ContextOptions) {
	tuning.Apply(&o, t)
	return o
}

func conform(t *testing.T, transport string, o zmq.ContextOptions) {
	for rfc, requirements := range map[string][]requirement{
		"28 request-reply": requestReply, "29 publish-subscribe": publishSubscribe,
		"30 pipeline": pipeline, "31 exclusive pair": exclusivePair,
	} {
		t.Run(rfc, func(t *testing.T) {
			for _, r := range requirements {
				t.Run(r.name, func(t *testing.T) { r.test(newFixtureIn(t, transport, o)) })
			}
		})
	}
}

// everyTransport runs a test over each transport.
func everyTransport(t *testing.T, test func(*fixture)) {
	t.Helper()
	for _, transport := range []string{"tcp", "ipc", "inproc"} {
		t.Run(transport, func(t *testing.T) { test(newFixture(t, transport)) })
	}
}

// fixture is a test over one transport. Each of its calls fails after a time
// limit.
type fixture struct {
	*testing.T
	transport string
	ctx       context.Context
	sockets   *zmq.Context
	names     int
}

func newFixture(t *testing.T, transport string) *fixture {
	return newFixtureIn(t, transport, zmq.ContextOptions{})
}

// newFixtureIn makes a fixture with a context of the given kind.
func newFixtureIn(t *testing.T, transport string, o zmq.ContextOptions) *fixture {
	t.Helper()
	needTransport(t, transport)
	c, err := zmq.NewContext(o)
	must(t, err)
	t.Cleanup(func() { must(t, c.Close()) })
	return &fixture{T: t, transport: transport, ctx: deadline(t), sockets: c}
}

func (r *fixture) socket(typ zmq.Type, o zmq.Options) *zmq.Socket {
	r.Helper()
	if o.ReconnectInterval == 0 {
		o.ReconnectInterval = 5 * time.Millisecond
	}
	return newSocket(r.T, r.sockets, typ, o)
}

// wildcard returns an endpoint to bind that no other test uses.
func (r *fixture) wildcard() string {
	r.names++
	switch r.transport {
	case "tcp", "xor":
		return r.transport + "://127.0.0.1:*"
	case "ipc":
		return "ipc://*"
	default:
		return fmt.Sprintf("inproc://%d", r.names)
	}
}

// addresses counts the addresses that free has returned.
var addresses atomic.Uint32

// free returns an endpoint that can be connected to and bound. For TCP on Linux
// it is a port of an address that no other process uses, because the system could
// give a free port of 127.0.0.1 to another test at any time. Other systems only
// have 127.0.0.1: there it is a port that was free a moment ago.
func (r *fixture) free() string {
	r.Helper()
	switch r.transport {
	case "tcp", "xor":
		if runtime.GOOS == "linux" {
			n, pid := addresses.Add(1), os.Getpid()
			return fmt.Sprintf("%s://127.%d.%d.%d:%d", r.transport, 1+pid>>8&127, pid&255, n&255, 5555+n>>8)
		}
		s := r.socket(zmq.PAIR, zmq.Options{})
		defer s.Close()
		return r.bind(s)
	case "ipc":
		dir, err := os.MkdirTemp("", "zmq")
		must(r.T, err)
		r.Cleanup(func() { os.RemoveAll(dir) })
		return "ipc://" + filepath.Join(dir, "s")
	default:
		return r.wildcard()
	}
}

// bind binds a socket to an endpoint of its own, and returns the endpoint.
func (r *fixture) bind(s *zmq.Socket) string {
	r.Helper()
	must(r.T, s.Bind(r.wildcard()))
	return s.LastEndpoint()
}

// link binds one socket, connects the others to it, and waits until all are
// connected.
func (r *fixture) link(bound *zmq.Socket, others ...*zmq.Socket) {
	r.Helper()
	ep := r.bind(bound)
	before := bound.Stats().Peers
	for i, s := range others {
		must(r.T, s.Connect(ep))
		r.peers(bound, before+i+1) // one after the other: in a known order
		r.eventually("connected", func() bool { return s.Stats().Peers > 0 })
	}
}

// peers waits until a socket has n peers.
func (r *fixture) peers(s *zmq.Socket, n int) {
	r.Helper()
	r.eventually(fmt.Sprintf("%s with %d peers", s.Type(), n), func() bool { return s.Stats().Peers == n })
}

// subscribed waits until a publisher has n subscriptions.
func (r *fixture) subscribed(pub *zmq.Socket, n int) {
	r.Helper()
	r.eventually(fmt.Sprintf("%d subscriptions", n), func() bool { return pub.Stats().Subscriptions == n })
}

// dropped waits until a socket has dropped at least n messages for this reason.
func (r *fixture) dropped(s *zmq.Socket, why zmq.DropReason, n uint64) {
	r.Helper()
	r.eventually(fmt.Sprintf("%d dropped: %s", n, why), func() bool { return s.Stats().Dropped[why] >= n })
}

// unwanted waits until a socket has n unwanted messages, which are not among the
// dropped ones.
func (r *fixture) unwanted(s *zmq.Socket, n uint64) {
	r.Helper()
	r.eventually(fmt.Sprintf("%d unwanted", n), func() bool { return s.Stats().Unwanted == n })
	if dropped := s.Stats().Dropped; len(dropped) > 0 {
		r.Fatalf("dropped: %v", dropped)
	}
}

// accounted waits until n messages have left or were dropped with their peer, so
// that none is queued. How many had already left depends on the system.
func (r *fixture) accounted(s *zmq.Socket, n int) {
	r.Helper()
	r.eventually("an empty queue", func() bool {
		stats := s.Stats()
		return stats.Sent+stats.Dropped[zmq.DropPeerGone] == uint64(n)
	})
	if dropped := s.Stats().Dropped[zmq.DropPeerGone]; r.transport == "inproc" && dropped != uint64(n) {
		r.Fatalf("%d of %d messages dropped that nobody has received", dropped, n)
	}
}

// eventually polls until ok.
func (r *fixture) eventually(what string, ok func() bool) {
	r.Helper()
	for !ok() {
		select {
		case <-time.After(100 * time.Microsecond): // leave the processor to others
		case <-r.ctx.Done():
			r.Fatalf("did not happen: %s", what)
		}
	}
}

func (r *fixture) send(s *zmq.Socket, frames ...string) {
	r.Helper()
	if err := s.Send(r.ctx, zmq.StringMsg(frames...)); err != nil {
		r.Fatalf("%s sending %.40q: %v", s.Type(), frames, err)
	}
}

// expect receives a message of these frames.
func (r *fixture) expect(s *zmq.Socket, want ...string) {
	r.Helper()
	m, err := s.Recv(r.ctx)
	if err != nil {
		r.Fatalf("%s receiving: %v instead of %.40q", s.Type(), err, want)
	}
	if w := zmq.StringMsg(want...); !m.Equal(&w) {
		r.Fatalf("%s received %.40q, want %.40q", s.Type(), m.Frames(), want)
	}
}

// recv receives a message and joins its frames with bars.
func (r *fixture) recv(s *zmq.Socket) (text string) {
	r.Helper()
	m, err := s.Recv(r.ctx)
	if err != nil {
		r.Fatalf("%s receiving: %v", s.Type(), err)
	}
	for i, f := range m.Frames() {
		if i > 0 {
			text += "|"
		}
		text += string(f)
	}
	return text
}

func (r *fixture) fails(what string, err, want error) {
	r.Helper()
	if !errors.Is(err, want) {
		r.Fatalf("%s: %v, want %v", what, err, want)
	}
}

// async runs f on a goroutine and sends its result.
func async(f func() error) <-chan error {
	result := make(chan error, 1)
	go func() { result <- f() }()
	return result
}

// fill sends large messages until the socket would block, because high-water
// marks and the system's buffers are full for now.
func (r *fixture) fill(s *zmq.Socket, frames ...string) (n int) {
	r.Helper()
	m := append(frames, large)
	for ; ; n++ {
		err := s.TrySend(zmq.StringMsg(m...))
		if errors.Is(err, zmq.ErrWouldBlock) {
			return n
		}
		must(r.T, err)
		if n > 1<<20 {
			r.Fatal("never full")
		}
	}
}

// large is a message of which a socket buffer holds only a few.
var large = string(make([]byte, 64<<10))
