package zmq

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
	"github.com/actum-go/actum/zmq/internal/transport"
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
func endpointOf(s *Socket) EndpointStats { return s.Stats().Endpoints[0] }

// stranger makes a TCP connection with a socket that binds or connects to an
// endpoint of the layer, and speaks for the peer.
func stranger(t *testing.T, s *Socket, binds bool) net.Conn {
	t.Helper()
	var c net.Conn
	var err error
	if binds {
		if err := s.Bind("xor://127.0.0.1:*"); err != nil {
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
		s := made(t, PULL, Options{ReconnectInterval: time.Hour})
		c := stranger(t, s, binds)
		if _, err := c.Write([]byte("WHAT")); err != nil {
			t.Fatal(err)
		}
		closedByPeer(t, c)
		await(t, "a failure", func() bool { return endpointOf(s).Failures == 1 })
		const want = `the peer says "WHAT" instead of `
		if err := endpointOf(s).LastError; !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v, want %s...", err, want)
		}
		if state := endpointOf(s).State; binds && state != EndpointListening || !binds && state != EndpointRetrying {
			t.Errorf("the endpoint is %v", state)
		}
	})
}

// A peer of a layer that does not answer is disconnected when the time for
// handshakes is over.
func TestLayerHandshakeTakesTooLong(t *testing.T) {
	bothSides(t, func(t *testing.T, binds bool) {
		s := made(t, PULL, Options{HandshakeTimeout: 10 * time.Millisecond, ReconnectInterval: time.Hour})
		c := stranger(t, s, binds)
		closedByPeer(t, c)
		await(t, "a failure", func() bool { return endpointOf(s).Failures == 1 })
		if err := endpointOf(s).LastError; !errors.Is(err, transport.ErrHandshakeTimeout) || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%v, want %v", err, transport.ErrHandshakeTimeout)
		}
	})
}

// Closing a socket or an endpoint ends handshakes of a layer. Nothing of them is
// left then.
func TestCloseDuringLayerHandshake(t *testing.T) {
	for how, end := range map[string]func(*Socket, string) error{
		"socket": func(s *Socket, _ string) error { return s.Close() },
		"endpoint": func(s *Socket, at string) error {
			return errors.Join(s.Unbind(at), s.Disconnect(at)) // one of them fails
		},
	} {
		t.Run(how, func(t *testing.T) {
			bothSides(t, func(t *testing.T, binds bool) {
				s := made(t, PULL, Options{})
				c := stranger(t, s, binds)
				await(t, "a handshake", func() bool { return xorHandshakes.Load() == 1 })
				if err := end(s, s.LastEndpoint()); err != nil && how == "socket" {
					t.Error(err)
				}
				if n := xorHandshakes.Load(); n != 0 {
					t.Errorf("%d handshakes left", n)
				}
				closedByPeer(t, c)
			})
		})
	}
}

// simulatedStranger is stranger on a simulated network.
func simulatedStranger(w *simulation, s *Socket, binds bool) (peer **proactor.Handle) {
	peer = new(*proactor.Handle)
	const at = "127.0.0.1:7001"
	op := &proactor.Operation{Handler: proactor.HandlerFunc(func(op *proactor.Operation) { *peer = op.Handle() })}
	if binds {
		w.check(s.Bind("xor://" + at))
		w.d.Connect(op, "tcp", at, nil)
		return peer
	}
	l, err := w.d.Listen("tcp", at, nil)
	w.check(err)
	l.Accept(op)
	w.check(s.Connect("xor://" + at))
	w.until(time.Minute, func() bool { return *peer != nil })
	w.check(l.Close())
	return peer
}

// The same in virtual time, where a handshake takes exactly as long as it may, and
// the network knows what is open.
func TestLayerHandshakeInASimulation(t *testing.T) {
	for _, closes := range []bool{false, true} {
		bothSides(t, func(t *testing.T, binds bool) {
			w := newQuietSimulation(t)
			s := w.socket(PULL, Options{ReconnectInterval: -1})
			peer := simulatedStranger(w, s, binds)
			if !w.until(time.Minute, func() bool { return *peer != nil && xorHandshakes.Load() == 1 }) {
				t.Fatal("no handshake")
			}
			began := w.network.Now()
			if closes {
				w.check(s.Close())
			} else {
				w.until(time.Minute, func() bool { return endpointOf(s).Failures > 0 })
				if took := (w.network.Now() - began).Round(time.Second); took != DefaultHandshakeTimeout {
					t.Errorf("it took %v, want %v", took, DefaultHandshakeTimeout)
				}
				if err := endpointOf(s).LastError; !errors.Is(err, transport.ErrHandshakeTimeout) {
					t.Errorf("%v", err)
				}
				w.check(s.Close())
			}
			w.check((*peer).Close())
			if n := w.network.Open(); n != 0 || xorHandshakes.Load() != 0 {
				t.Errorf("%d handles are open, and %d handshakes in progress", n, xorHandshakes.Load())
			}
		})
	}
}
