package zmq_test

import (
	"errors"
	"testing"

	"github.com/actum-go/actum/zmq"
)

// LastEndpoint follows each Bind and each Connect, and no call that failed.
func TestLastEndpoint(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		s := f.Socket(zmq.DEALER, zmq.Options{})
		expect := func(want string) {
			f.Helper()
			if got := s.LastEndpoint(); got != want {
				f.Errorf("%q, want %q", got, want)
			}
		}
		expect("")
		first, second := f.Free(), f.Free()
		must(f.T, s.Connect(first))
		expect(first)
		must(f.T, s.Bind(second))
		expect(second)
		if s.Bind(second) == nil {
			f.Error("bound twice")
		}
		expect(second)
		must(f.T, s.Disconnect(first))
		must(f.T, s.Connect(first))
		expect(first)
	})
}

// A type that connects once to an endpoint connects to others as well, and also when it
// is bound elsewhere.
func TestConnectOnceToEach(t *testing.T) {
	f := newFixture(t, "tcp")
	for _, typ := range []zmq.Type{zmq.SUB, zmq.PUB, zmq.DEALER, zmq.REQ} {
		s := f.Socket(typ, zmq.Options{Linger: zmq.NoLinger})
		f.Bind(s)
		first, second := f.Free(), f.Free()
		for _, ep := range []string{first, second, first} {
			must(t, s.Connect(ep))
		}
		if n := len(s.Stats().Endpoints); n != 3 {
			t.Errorf("%v: %d endpoints, want the bound one and two others", typ, n)
		}
	}
}

// A PAIR refuses to connect twice, over every transport, and stays as it was.
func TestPairConnectsOnce(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		s := f.Socket(zmq.PAIR, zmq.Options{})
		first := f.Free()
		must(f.T, s.Connect(first))
		err := s.Connect(f.Free())
		var bad *zmq.EndpointError
		if !errors.Is(err, zmq.ErrSecondPeer) || !errors.As(err, &bad) || bad.Op != "connect" {
			f.Error(err)
		}
		if n := len(s.Stats().Endpoints); n != 1 || s.LastEndpoint() != first {
			f.Errorf("%d endpoints, the last is %s", n, s.LastEndpoint())
		}
	})
}

// The last type of libzmq that is not here yet is known; the number after it is none.
func TestTypeNumbers(t *testing.T) {
	c := newContext(t)
	_, stream := c.NewSocket(zmq.Type(11), zmq.Options{})
	_, next := c.NewSocket(zmq.Type(12), zmq.Options{})
	var bad *zmq.OptionError
	if stream != nil && !errors.Is(stream, errors.ErrUnsupported) || !errors.As(next, &bad) || errors.Is(next, errors.ErrUnsupported) {
		t.Errorf("STREAM: %v, 12: %v", stream, next)
	}
	if typ, err := zmq.ParseType("pusch"); typ != 0 || err == nil {
		t.Errorf("pusch is %v, %v", typ, err)
	}
	for typ := range counterpart {
		s := newSocket(t, c, typ, zmq.Options{})
		if parsed, err := zmq.ParseType(typ.String()); s.Type() != typ || parsed != typ || err != nil {
			t.Errorf("a %v says that it is a %v, and its name stands for %v, %v", typ, s.Type(), parsed, err)
		}
	}
	if _, err := (*zmq.Context)(nil).NewSocket(zmq.PULL, zmq.Options{}); err == nil {
		t.Error("a nil Context makes sockets")
	}
}
