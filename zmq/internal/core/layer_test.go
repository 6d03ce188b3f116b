package core_test

import (
	"errors"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/core"
	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/session"
	"github.com/actum-go/actum/zmq/internal/simulation"
	"github.com/actum-go/actum/zmq/internal/transport"
	"github.com/actum-go/actum/zmq/internal/transport/xor"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// await polls until ok, for a time that only a failing test takes.
func await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatal("did not happen: " + what)
		}
	}
}

// endpointOf is the state of a socket's only endpoint.
func endpointOf(s *core.Socket) core.EndpointStats { return s.Stats().Endpoints[0] }

// rawPeer makes a TCP connection with a socket that binds or connects to an
// endpoint of the layer, and speaks for the peer.
func rawPeer(t *testing.T, s *core.Socket, binds bool) net.Conn {
	t.Helper()
	var c net.Conn
	var err error
	if binds {
		if err := s.Bind(t.Context(), "xor://127.0.0.1:*"); err != nil {
			t.Fatal(err)
		}
		c, err = net.Dial("tcp", strings.TrimPrefix(s.LastEndpoint(), "xor://"))
	} else {
		l, listenErr := net.Listen("tcp", "127.0.0.1:0")
		if listenErr != nil {
			t.Fatal(listenErr)
		}
		defer l.Close() // no second connection
		if err := s.Connect("xor://" + l.Addr().String()); err != nil {
			t.Fatal(err)
		}
		c, err = l.Accept()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return c
}

// closedByPeer checks that the other side closes the connection.
func closedByPeer(t *testing.T, c net.Conn) {
	t.Helper()
	if _, err := io.ReadAll(c); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("the connection is still open")
	}
}

// bothSides runs a test with a socket that binds, and with one that connects.
func bothSides(t *testing.T, test func(t *testing.T, binds bool)) {
	t.Run("bound", func(t *testing.T) { test(t, true) })
	t.Run("connected", func(t *testing.T) { test(t, false) })
}

// A handshake of a layer that fails ends the connection and is a failure of the
// endpoint.
func TestLayerHandshakeFails(t *testing.T) {
	bothSides(t, func(t *testing.T, binds bool) {
		s := core.Made(t, wire.PULL, option.Values{ReconnectInterval: time.Hour})
		c := rawPeer(t, s, binds)
		if _, err := c.Write([]byte("WHAT")); err != nil {
			t.Fatal(err)
		}
		closedByPeer(t, c)
		await(t, "a failure", func() bool { return endpointOf(s).Failures == 1 })
		const want = `the peer says "WHAT" instead of `
		if err := endpointOf(s).Err; !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v, want %s...", err, want)
		}
		if state := endpointOf(s).State; binds && state != session.StateListening || !binds && state != session.StateRetrying {
			t.Errorf("the endpoint is %v", state)
		}
	})
}

// A peer of a layer that does not answer is disconnected when the time for
// handshakes is over.
func TestLayerHandshakeTakesTooLong(t *testing.T) {
	bothSides(t, func(t *testing.T, binds bool) {
		s := core.Made(t, wire.PULL, option.Values{HandshakeTimeout: 10 * time.Millisecond, ReconnectInterval: time.Hour})
		c := rawPeer(t, s, binds)
		closedByPeer(t, c)
		await(t, "a failure", func() bool { return endpointOf(s).Failures == 1 })
		if err := endpointOf(s).Err; !errors.Is(err, transport.ErrHandshakeTimeout) || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%v, want %v", err, transport.ErrHandshakeTimeout)
		}
	})
}

// Closing a socket or an endpoint ends handshakes of a layer. Nothing of them is
// left then.
func TestCloseDuringLayerHandshake(t *testing.T) {
	for how, end := range map[string]func(*core.Socket, string) error{
		"socket": func(s *core.Socket, _ string) error { return s.Close() },
		"endpoint": func(s *core.Socket, at string) error {
			return errors.Join(s.Unbind(at), s.Disconnect(at)) // one of them fails
		},
	} {
		t.Run(how, func(t *testing.T) {
			bothSides(t, func(t *testing.T, binds bool) {
				s := core.Made(t, wire.PULL, option.Values{})
				c := rawPeer(t, s, binds)
				await(t, "a handshake", func() bool { return xor.Handshakes() == 1 })
				if err := end(s, s.LastEndpoint()); err != nil && how == "socket" {
					t.Error(err)
				}
				if n := xor.Handshakes(); n != 0 {
					t.Errorf("%d handshakes left", n)
				}
				closedByPeer(t, c)
			})
		})
	}
}

// simulatedPeer is rawPeer on a simulated network.
func simulatedPeer(w *simulation.Run, s *core.Socket, binds bool) (peer **proactor.Handle) {
	peer = new(*proactor.Handle)
	const at = "127.0.0.1:7001"
	op := &proactor.Operation{Handler: proactor.HandlerFunc(func(op *proactor.Operation) { *peer = op.Handle() })}
	if binds {
		w.Bind(s, "xor://"+at)
		w.Dispatcher.Connect(op, "tcp", at, nil)
		return peer
	}
	l, err := w.Dispatcher.Listen("tcp", at, nil)
	w.Check(err)
	l.Accept(op)
	w.Check(s.Connect("xor://" + at))
	w.Until(time.Minute, func() bool { return *peer != nil })
	w.Check(l.Close())
	return peer
}

// The same in virtual time, where a handshake takes exactly as long as it may, and
// the network knows what is open.
func TestLayerHandshakeInASimulation(t *testing.T) {
	for _, closes := range []bool{false, true} {
		bothSides(t, func(t *testing.T, binds bool) {
			w := simulation.Quiet(t, core.Config{})
			s := w.Socket(wire.PULL, option.Values{ReconnectInterval: -1})
			peer := simulatedPeer(w, s, binds)
			if !w.Until(time.Minute, func() bool { return *peer != nil && xor.Handshakes() == 1 }) {
				t.Fatal("no handshake")
			}
			began := w.Network.Now()
			if closes {
				w.Check(s.Close())
			} else {
				w.Until(time.Minute, func() bool { return endpointOf(s).Failures > 0 })
				if took := (w.Network.Now() - began).Round(time.Second); took != option.DefaultHandshakeTimeout {
					t.Errorf("it took %v, want %v", took, option.DefaultHandshakeTimeout)
				}
				if err := endpointOf(s).Err; !errors.Is(err, transport.ErrHandshakeTimeout) {
					t.Errorf("%v", err)
				}
				w.Check(s.Close())
			}
			w.Check((*peer).Close())
			if n := w.Network.Open(); n != 0 || xor.Handshakes() != 0 {
				t.Errorf("%d handles are open, and %d handshakes in progress", n, xor.Handshakes())
			}
		})
	}
}
