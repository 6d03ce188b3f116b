package conformance

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

	"github.com/actum-go/actum/zmq"
)

// Fixture is a test over one transport. Each of its calls fails after a time
// limit.
type Fixture struct {
	*testing.T
	Transport string
	Ctx       context.Context // ends with the time limit
	Sockets   *zmq.Context
	names     int
}

// NewFixture makes a fixture with a context of the given kind. The test is skipped
// where the system does not have the transport.
func NewFixture(t *testing.T, transport string, o zmq.ContextOptions) *Fixture {
	t.Helper()
	NeedTransport(t, transport)
	c, err := zmq.NewContext(o)
	Must(t, err)
	return NewFixtureOn(t, transport, c)
}

// NewFixtureOn is NewFixture on a context, which is closed when the test ends.
func NewFixtureOn(t *testing.T, transport string, c *zmq.Context) *Fixture {
	t.Helper()
	t.Cleanup(func() { Must(t, c.Close()) })
	return &Fixture{T: t, Transport: transport, Ctx: Deadline(t), Sockets: c}
}

// Socket makes a socket that connects again soon.
func (f *Fixture) Socket(typ zmq.Type, o zmq.Options) *zmq.Socket {
	f.Helper()
	if o.ReconnectInterval == 0 {
		o.ReconnectInterval = 5 * time.Millisecond
	}
	return NewSocket(f.T, f.Sockets, typ, o)
}

// Wildcard returns an endpoint to bind that no other test uses.
func (f *Fixture) Wildcard() string {
	f.names++
	switch f.Transport {
	case "tcp", "xor":
		return f.Transport + "://127.0.0.1:*"
	case "ipc":
		return "ipc://*"
	default:
		return fmt.Sprintf("inproc://%d", f.names)
	}
}

// addresses counts the addresses that Free has returned.
var addresses atomic.Uint32

// Free returns an endpoint that can be connected to and bound. For TCP on Linux
// it is a port of an address that no other process uses, because the system could
// give a free port of 127.0.0.1 to another test at any time. Other systems only
// have 127.0.0.1: there it is a port that was free a moment ago.
func (f *Fixture) Free() string {
	f.Helper()
	switch f.Transport {
	case "tcp", "xor":
		if runtime.GOOS == "linux" {
			n, pid := addresses.Add(1), os.Getpid()
			return fmt.Sprintf("%s://127.%d.%d.%d:%d", f.Transport, 1+pid>>8&127, pid&255, n&255, 5555+n>>8)
		}
		s := f.Socket(zmq.PAIR, zmq.Options{})
		defer s.Close()
		return f.Bind(s)
	case "ipc":
		dir, err := os.MkdirTemp("", "zmq")
		Must(f.T, err)
		f.Cleanup(func() { os.RemoveAll(dir) })
		return "ipc://" + filepath.Join(dir, "s")
	default:
		return f.Wildcard()
	}
}

// Bind binds a socket to an endpoint of its own, and returns the endpoint.
func (f *Fixture) Bind(s *zmq.Socket) string {
	f.Helper()
	Must(f.T, s.Bind(f.Wildcard()))
	return s.LastEndpoint()
}

// Link binds one socket, connects the others to it, and waits until all are
// connected.
func (f *Fixture) Link(bound *zmq.Socket, others ...*zmq.Socket) {
	f.Helper()
	ep := f.Bind(bound)
	before := bound.Stats().Peers
	for i, s := range others {
		Must(f.T, s.Connect(ep))
		f.Peers(bound, before+i+1) // one after the other: in a known order
		f.Eventually("connected", func() bool { return s.Stats().Peers > 0 })
	}
}

// Peers waits until a socket has n peers.
func (f *Fixture) Peers(s *zmq.Socket, n int) {
	f.Helper()
	f.Eventually(fmt.Sprintf("%s with %d peers", s.Type(), n), func() bool { return s.Stats().Peers == n })
}

// Subscribed waits until a publisher has n subscriptions.
func (f *Fixture) Subscribed(pub *zmq.Socket, n int) {
	f.Helper()
	f.Eventually(fmt.Sprintf("%d subscriptions", n), func() bool { return pub.Stats().Subscriptions == n })
}

// Dropped waits until a socket has dropped at least n messages for this reason.
func (f *Fixture) Dropped(s *zmq.Socket, why zmq.DropReason, n uint64) {
	f.Helper()
	f.Eventually(fmt.Sprintf("%d dropped: %s", n, why), func() bool { return s.Stats().Dropped[why] >= n })
}

// Unwanted waits until a socket has n unwanted messages, which are not among the
// Dropped ones.
func (f *Fixture) Unwanted(s *zmq.Socket, n uint64) {
	f.Helper()
	f.Eventually(fmt.Sprintf("%d unwanted", n), func() bool { return s.Stats().Unwanted == n })
	if dropped := s.Stats().Dropped; len(dropped) > 0 {
		f.Fatalf("dropped: %v", dropped)
	}
}

// Accounted waits until n messages have left or were dropped with their peer, so
// that none is queued. How many had already left depends on the system.
func (f *Fixture) Accounted(s *zmq.Socket, n int) {
	f.Helper()
	f.Eventually("an empty queue", func() bool {
		stats := s.Stats()
		return stats.Sent+stats.Dropped[zmq.DropPeerGone] == uint64(n)
	})
	if dropped := s.Stats().Dropped[zmq.DropPeerGone]; f.Transport == "inproc" && dropped != uint64(n) {
		f.Fatalf("%d of %d messages that were not received are dropped", dropped, n)
	}
}

// Eventually polls until ok.
func (f *Fixture) Eventually(what string, ok func() bool) {
	f.Helper()
	for !ok() {
		select {
		case <-time.After(100 * time.Microsecond): // leave the processor to others
		case <-f.Ctx.Done():
			f.Fatalf("did not happen: %s", what)
		}
	}
}

// Send sends a message of these frames.
func (f *Fixture) Send(s *zmq.Socket, frames ...string) {
	f.Helper()
	if err := s.Send(f.Ctx, zmq.StringMsg(frames...)); err != nil {
		f.Fatalf("%s sending %.40q: %v", s.Type(), frames, err)
	}
}

// Expect receives a message of these frames.
func (f *Fixture) Expect(s *zmq.Socket, want ...string) {
	f.Helper()
	m, err := s.Recv(f.Ctx)
	if err != nil {
		f.Fatalf("%s receiving: %v instead of %.40q", s.Type(), err, want)
	}
	if w := zmq.StringMsg(want...); !m.Equal(&w) {
		f.Fatalf("%s received %.40q, want %.40q", s.Type(), m.Frames(), want)
	}
}

// Recv receives a message and joins its frames with bars.
func (f *Fixture) Recv(s *zmq.Socket) (text string) {
	f.Helper()
	m, err := s.Recv(f.Ctx)
	if err != nil {
		f.Fatalf("%s receiving: %v", s.Type(), err)
	}
	for i, f := range m.Frames() {
		if i > 0 {
			text += "|"
		}
		text += string(f)
	}
	return text
}

// Fails checks that err is want.
func (f *Fixture) Fails(what string, err, want error) {
	f.Helper()
	if !errors.Is(err, want) {
		f.Fatalf("%s: %v, want %v", what, err, want)
	}
}

// Fill sends large messages until the socket would block, because high-water
// marks and the system's buffers are full for now.
func (f *Fixture) Fill(s *zmq.Socket, frames ...string) (n int) {
	f.Helper()
	m := append(frames, Large)
	for ; ; n++ {
		err := s.TrySend(zmq.StringMsg(m...))
		if errors.Is(err, zmq.ErrWouldBlock) {
			return n
		}
		Must(f.T, err)
		if n > 1<<20 {
			f.Fatal("never full")
		}
	}
}

// Large is a message of which a socket buffer holds only a few.
var Large = string(make([]byte, 64<<10))
