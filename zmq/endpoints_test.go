package zmq_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/actum-go/actum/zmq"
)

// exchange sends a message from one socket to the other.
func (f *fixture) exchange(from, to *zmq.Socket, text string) {
	f.Helper()
	f.Send(from, text)
	f.Expect(to, text)
}

// TestEndpointForms binds each form and connects to the endpoint that was bound.
func TestEndpointForms(t *testing.T) {
	dir := t.TempDir()
	for _, tt := range []struct{ bind, last string }{
		{"tcp://127.0.0.1:*", "tcp://127.0.0.1:"},
		{"tcp://127.0.0.1:0", "tcp://127.0.0.1:"},
		{"tcp://[::1]:*", "tcp://[::1]:"},
		{"tcp://localhost:*", "tcp://127.0.0.1:"},
		{"tcp://lo:*", "tcp://127.0.0.1:"},
		{"tcp://*:*", "tcp://0.0.0.0:"},
		{"ipc://" + filepath.Join(dir, "s"), "ipc://" + filepath.Join(dir, "s")},
		{"ipc://*", "ipc:///"},
		{"ipc://@" + filepath.Base(dir) + "-abstract", "ipc://@"},
		{"inproc://a name with anything/in it?", "inproc://a name with anything/in it?"},
	} {
		t.Run(tt.bind, func(t *testing.T) {
			if strings.HasPrefix(tt.bind, "tcp://lo:") && !hasInterface("lo") {
				t.Skip("there is no interface lo")
			}
			if strings.Contains(tt.bind, "::1") && !canListen("[::1]:0") {
				t.Skip("there is no IPv6 here")
			}
			f := newFixture(t, strings.SplitN(tt.bind, ":", 2)[0])
			pull, push := f.Socket(zmq.PULL, zmq.Options{}), f.Socket(zmq.PUSH, zmq.Options{})
			must(t, pull.Bind(tt.bind))
			last := pull.LastEndpoint()
			if !strings.HasPrefix(last, tt.last) || strings.HasSuffix(last, "*") || strings.HasSuffix(last, ":0") {
				t.Fatalf("bound to %s", last)
			}
			must(t, push.Connect(strings.Replace(last, "0.0.0.0", "127.0.0.1", 1)))
			f.exchange(push, pull, "hello")
		})
	}
}

func hasInterface(name string) bool {
	_, err := net.InterfaceByName(name)
	return err == nil
}

func canListen(address string) bool {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return false
	}
	l.Close()
	return true
}

// A name is looked up, and its next address is tried if the first has no
// listener.
func TestConnectByName(t *testing.T) {
	f := newFixture(t, "tcp")
	pull, push := f.Socket(zmq.PULL, zmq.Options{}), f.Socket(zmq.PUSH, zmq.Options{})
	_, port, err := net.SplitHostPort(strings.TrimPrefix(f.Bind(pull), "tcp://"))
	must(t, err)
	must(t, push.Connect("tcp://localhost:"+port))
	f.exchange(push, pull, "hello")
}

// A connection comes from the source address that its endpoint names.
func TestConnectFromASource(t *testing.T) {
	f := newFixture(t, "tcp")
	source := "127.0.0.1"
	if runtime.GOOS == "linux" { // others have only that one
		source = "127.0.0.2"
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	from := f.Socket(zmq.PUSH, zmq.Options{Linger: zmq.NoLinger})
	must(t, from.Connect("tcp://"+source+":0;"+l.Addr().String()))
	conn, err := l.Accept()
	must(t, err)
	defer conn.Close()
	if host, _, _ := net.SplitHostPort(conn.RemoteAddr().String()); host != source {
		t.Errorf("connected from %s, want %s", host, source)
	}
	pull, push := f.Socket(zmq.PULL, zmq.Options{}), f.Socket(zmq.PUSH, zmq.Options{})
	to := strings.TrimPrefix(f.Bind(pull), "tcp://")
	must(t, push.Connect("tcp://127.0.0.1:0;"+to))
	f.exchange(push, pull, "hello")
}

// Several binds and connects on one socket, over all transports at once.
func TestManyEndpoints(t *testing.T) {
	f := newFixture(t, "ipc")
	pull, push := f.Socket(zmq.PULL, zmq.Options{}), f.Socket(zmq.PUSH, zmq.Options{})
	for _, transport := range []string{"tcp", "ipc", "inproc", "tcp"} {
		f.Transport = transport
		must(t, push.Connect(f.Bind(pull)))
	}
	f.Peers(push, 4)
	f.Peers(pull, 4)
	for i := range 40 {
		f.Send(push, fmt.Sprint(i))
	}
	got := map[string]bool{}
	for range 40 {
		got[f.Recv(pull)] = true
	}
	if len(got) != 40 {
		t.Fatalf("received %d different messages", len(got))
	}
}

func TestEndpointErrors(t *testing.T) {
	f := newFixture(t, "ipc")
	f.Transport = "tcp"
	taken := f.Socket(zmq.PULL, zmq.Options{})
	tcp := f.Bind(taken)
	f.Transport = "ipc"
	ipc := f.Bind(taken)
	f.Transport = "inproc"
	inproc := f.Bind(taken)
	s := f.Socket(zmq.PULL, zmq.Options{})
	for _, tt := range []struct {
		op    func(string) error
		name  string
		given string
		says  string
		is    error
	}{
		{s.Bind, "bind", "", "no transport", nil},
		{s.Bind, "bind", "carrier-pigeon://here", "unknown transport", nil},
		{s.Bind, "bind", "tcp://127.0.0.1", "no port", nil},
		{s.Bind, "bind", "tcp://127.0.0.1:port", "bad port", nil},
		{s.Bind, "bind", "tcp://127.0.0.1:65536", "bad port", nil},
		{s.Bind, "bind", "tcp://" + strings.Repeat("x", 64) + ":5555", "nor a name that resolves", nil}, // without a DNS query: a label has at most 63 bytes
		{s.Bind, "bind", "tcp://192.0.2.1:5555", "", nil},                                               // an address that no host has
		{s.Bind, "bind", tcp, "address already in use", nil},
		{s.Bind, "bind", ipc, "address already in use", nil},
		{s.Bind, "bind", inproc, "", zmq.ErrNameTaken},
		{s.Bind, "bind", "ipc:///no/such/directory/socket", "no such file", nil},
		{s.Bind, "bind", "ipc://" + strings.Repeat("x", 200), "at most 107", nil},
		{s.Bind, "bind", "tcp://127.0.0.1:1;127.0.0.1:2", "source address", nil},
		{s.Connect, "connect", "tcp://*:5555", "cannot connect to *", nil},
		{s.Connect, "connect", "tcp://127.0.0.1:*", "expected the port", nil},
		{s.Connect, "connect", "ipc://*", "expected the path", nil},
		{s.Connect, "connect", inproc, "PULL and PULL", zmq.ErrIncompatible},
		{s.Connect, "connect", "inproc://", "no name", nil},
		{s.Unbind, "unbind", tcp, "", zmq.ErrNotBound},
		{s.Unbind, "unbind", "nonsense", "no transport", nil},
		{s.Disconnect, "disconnect", tcp, "", zmq.ErrNotConnected},
		{s.Disconnect, "disconnect", "nonsense", "no transport", nil},
	} {
		err := tt.op(tt.given)
		var bad *zmq.EndpointError
		if !errors.As(err, &bad) || bad.Op != tt.name || bad.Endpoint != tt.given {
			t.Errorf("%s %q: %v", tt.name, tt.given, err)
			continue
		}
		if !strings.Contains(err.Error(), tt.says) || !strings.Contains(err.Error(), tt.given) || tt.is != nil && !errors.Is(err, tt.is) {
			t.Errorf("%s %q: %v", tt.name, tt.given, err)
		}
	}
	if s.LastEndpoint() != "" {
		t.Errorf("last endpoint %s of a socket without any", s.LastEndpoint())
	}
}

// A socket file that a dead process left behind is replaced; another file is not.
func TestBindIPCOverLeftovers(t *testing.T) {
	f := newFixture(t, "ipc")
	dir, err := os.MkdirTemp("", "zmq")
	must(t, err)
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "s")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	must(t, err)
	l.SetUnlinkOnClose(false)
	must(t, l.Close())
	pull, push := f.Socket(zmq.PULL, zmq.Options{}), f.Socket(zmq.PUSH, zmq.Options{})
	must(t, pull.Bind("ipc://"+path))
	must(t, push.Connect("ipc://"+path))
	f.exchange(push, pull, "hello")

	precious := filepath.Join(dir, "file")
	must(t, os.WriteFile(precious, []byte("precious"), 0o600))
	if err := pull.Bind("ipc://" + precious); err == nil {
		t.Fatal("bound over a file")
	}
	if b, err := os.ReadFile(precious); err != nil || string(b) != "precious" {
		t.Fatalf("%q, %v", b, err)
	}
}

// No peer can connect to an endpoint that was unbound. Connected peers stay,
// except over inproc.
func TestUnbind(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		pull := f.Socket(zmq.PULL, zmq.Options{})
		before, after := f.Socket(zmq.PUSH, zmq.Options{}), f.Socket(zmq.PUSH, zmq.Options{})
		ep := f.Free()
		must(f.T, pull.Bind(ep))
		must(f.T, before.Connect(ep))
		f.Peers(pull, 1)
		must(f.T, pull.Unbind(ep))
		f.Fails("unbinding twice", pull.Unbind(ep), zmq.ErrNotBound)
		if f.Transport != "inproc" {
			f.exchange(before, pull, "still here")
		}
		other := f.Socket(zmq.PULL, zmq.Options{})
		must(f.T, other.Bind(ep)) // it is free again
		must(f.T, after.Connect(ep))
		f.exchange(after, other, "to the next")
	})
}

// A wildcard bind can be undone with the endpoint that was given.
func TestUnbindAsGiven(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		pull := f.Socket(zmq.PULL, zmq.Options{})
		ep := f.Wildcard()
		must(f.T, pull.Bind(ep))
		must(f.T, pull.Unbind(ep))
		f.Fails("unbinding twice", pull.Unbind(ep), zmq.ErrNotBound)
	})
}

// Without linger, Disconnect ends a connection and drops its messages.
func TestDisconnect(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		push, pull := f.Socket(zmq.PUSH, zmq.Options{Linger: zmq.NoLinger}), f.Socket(zmq.PULL, zmq.Options{})
		unbound := f.Free()
		must(f.T, push.Connect(unbound))
		for range 3 {
			f.Send(push, "to no peer")
		}
		must(f.T, push.Disconnect(unbound))
		f.Dropped(push, zmq.DropPeerGone, 3)
		f.Fails("disconnecting twice", push.Disconnect(unbound), zmq.ErrNotConnected)
		f.Fails("sending", push.TrySend(zmq.StringMsg("x")), zmq.ErrWouldBlock)

		f.Link(pull, push)
		f.exchange(push, pull, "hello")
		must(f.T, push.Disconnect(pull.LastEndpoint()))
		f.Peers(pull, 0)
		f.Peers(push, 0)
		f.Fails("sending", push.TrySend(zmq.StringMsg("x")), zmq.ErrWouldBlock)
		must(f.T, push.Connect(pull.LastEndpoint()))
		f.exchange(push, pull, "hello again")
	})
}

// A peer that was full when it was disconnected gets no more messages, even when
// it has room again.
func TestDisconnectAFullPeer(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		push, pull := f.Socket(zmq.PUSH, zmq.Options{SendHWM: 2}), f.Socket(zmq.PULL, zmq.Options{RecvHWM: 2})
		f.Link(pull, push)
		f.Fill(push)
		must(f.T, push.Disconnect(pull.LastEndpoint()))
		f.Eventually("the peer has left", func() bool { // a receiver that is full does not look
			_, err := pull.TryRecv()
			return err != nil && pull.Stats().Peers == 0
		})
		f.Fails("sending without a peer", push.TrySend(zmq.StringMsg("x")), zmq.ErrWouldBlock)
	})
}

// Binding and unbinding while others send loses nothing over inproc: messages
// that were not taken wait for the next binding. Those that were taken are
// received from the old connection, in turn with the new one.
func TestUnbindWhileOthersSend(t *testing.T) {
	f := newFixture(t, "inproc")
	const n = 20_000
	push := f.Socket(zmq.PUSH, zmq.Options{})
	must(t, push.Connect("inproc://here"))
	sent := async(func() error {
		for i := range n {
			if err := push.SendBytes(f.Ctx, fmt.Append(nil, i)); err != nil {
				return err
			}
		}
		return nil
	})
	pull := f.Socket(zmq.PULL, zmq.Options{})
	got := map[string]bool{}
	for received := 0; received < n; {
		must(t, pull.Bind("inproc://here"))
		for m, err := pull.TryRecv(); err == nil; m, err = pull.TryRecv() {
			got[string(m.Bytes())] = true
			received++
		}
		must(t, pull.Unbind("inproc://here"))
		must(t, f.Ctx.Err())
	}
	must(t, <-sent)
	if len(got) != n {
		t.Fatalf("%d different messages of %d", len(got), n)
	}
}
