package sim

import (
	"errors"
	"net"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

func TestWhoIsReached(t *testing.T) {
	for _, c := range []struct {
		name, network, listen, dialNetwork, dial string
		want                                     error
	}{
		{"same address", "tcp", "127.0.0.1:80", "tcp", "127.0.0.1:80", nil},
		{"other port", "tcp", "127.0.0.1:80", "tcp", "127.0.0.1:81", backend.ECONNREFUSED},
		{"other address", "tcp", "127.0.0.1:80", "tcp", "10.0.0.1:80", backend.ECONNREFUSED},
		{"any IPv4", "tcp4", "0.0.0.0:80", "tcp", "10.0.0.1:80", nil},
		{"any", "tcp", ":80", "tcp4", "127.0.0.1:80", nil},
		{"any by IPv6", "tcp6", "[::]:80", "tcp6", "[::1]:80", nil},
		{"to any", "tcp", "127.0.0.1:80", "tcp", "0.0.0.0:80", nil},
		{"mapped", "tcp", "127.0.0.1:80", "tcp", "[::ffff:127.0.0.1]:80", nil},
		{"path", "unix", "/a", "unix", "/a", nil},
		{"other path", "unix", "/a", "unix", "/b", backend.ENOENT},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t, settings{})
			f.listen(c.network, c.listen, nil)
			op := f.do(&backend.Op{Kind: backend.KindConnect, Args: &backend.ConnectArgs{Network: c.dialNetwork, Address: c.dial}})
			if !errors.Is(op.Err, c.want) || (op.New != nil) != (op.Err == nil) {
				t.Errorf("connect: %v, %v", op.New, op.Err)
			}
		})
	}
}

func TestAddressesThatCannotBe(t *testing.T) {
	f := newFixture(t, settings{})
	f.listen("tcp", "127.0.0.1:80", nil)
	f.listen("unix", "/a", nil)
	for _, c := range []struct {
		network, address string
		want             error
	}{
		{"tcp", "127.0.0.1:80", backend.EADDRINUSE},
		{"tcp", "0.0.0.0:80", backend.EADDRINUSE},
		{"unix", "/a", backend.EADDRINUSE},
		{"sctp", "127.0.0.1:1", net.UnknownNetworkError("sctp")},
		{"tcp", "localhost:80", nil},
		{"tcp4", "[::1]:80", nil},
		{"unix", "", nil},
	} {
		_, err := f.Listen(c.network, c.address, nil)
		var e *net.OpError
		if !errors.As(err, &e) || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("listen %s %s: %v", c.network, c.address, err)
		}
		if c.want == backend.EADDRINUSE {
			continue
		}
		op := f.do(&backend.Op{Kind: backend.KindConnect, Args: &backend.ConnectArgs{Network: c.network, Address: c.address}})
		if !errors.As(op.Err, &e) {
			t.Errorf("connect %s %s: %v", c.network, c.address, op.Err)
		}
	}
}

func TestPortsAreGivenOutAndFreed(t *testing.T) {
	f := newFixture(t, settings{})
	a := f.listen("tcp", "127.0.0.1:0", nil)
	b := f.listen("tcp", "127.0.0.1:0", nil)
	if a.LocalAddr().String() == b.LocalAddr().String() {
		t.Fatalf("both listen on %v", a.LocalAddr())
	}
	a.Close()
	f.listen("tcp", a.LocalAddr().String(), nil)
	op := connectTo(b)
	op.Connect().Socket = &backend.SocketOptions{LocalAddr: "127.0.0.2:99"}
	if f.do(op); op.New.LocalAddr().String() != "127.0.0.2:99" {
		t.Errorf("bound to %v", op.New.LocalAddr())
	}
}

func TestConnectWaitsForRoomInTheBacklog(t *testing.T) {
	f := newFixture(t, settings{})
	l := f.listen("tcp", "127.0.0.1:0", &backend.SocketOptions{Backlog: 1})
	f.do(connectTo(l))
	_, connected := f.begin(connectTo(l))
	if f.dispatch(f.Now() + 500*time.Millisecond); *connected {
		t.Fatal("a connect found room in a full backlog")
	}
	f.do(&backend.Op{Kind: backend.KindAccept, Handle: l})
	f.until(func() bool { return *connected })

	if op := f.do(connectTo(l)); !errors.Is(op.Err, backend.ETIMEDOUT) {
		t.Errorf("connect to a listener that does not accept: %v after %v", op.Err, f.Now())
	}
}

func TestClosingAListener(t *testing.T) {
	f := newFixture(t, settings{})
	l := f.listen("tcp", "127.0.0.1:0", nil)
	near := f.do(connectTo(l)).New
	other := f.listen("tcp", "127.0.0.1:0", nil)
	accept, done := f.begin(&backend.Op{Kind: backend.KindAccept, Handle: other})
	l.Close()
	other.Close()
	f.until(func() bool { return *done })
	if accept.Err != backend.ErrHandleClosed {
		t.Errorf("accept: %v", accept.Err)
	}
	if op := f.do(read(near, 1)); !errors.Is(op.Err, backend.ECONNRESET) {
		t.Errorf("read on a connection that was not accepted: %v", op.Err)
	}
	if op := f.do(connectTo(l)); !errors.Is(op.Err, backend.ECONNREFUSED) {
		t.Errorf("connect to a closed listener: %v", op.Err)
	}
}

func TestCancel(t *testing.T) {
	f := newFixture(t, settings{Faults: Faults{DelayDial: 1}})
	l := f.listen("tcp", "127.0.0.1:0", nil)
	near := f.do(connectTo(l)).New
	f.do(&backend.Op{Kind: backend.KindAccept, Handle: l})
	for _, op := range []*backend.Op{
		{Kind: backend.KindAccept, Handle: l}, read(near, 1), connectTo(l),
	} {
		_, done := f.begin(op)
		f.Cancel(op)
		f.Cancel(op)
		f.until(func() bool { return *done })
		if op.Err != backend.ErrCanceled {
			t.Errorf("cancelled operation of kind %d: %v", op.Kind, op.Err)
		}
		f.Cancel(op)
	}
	op, done := f.begin(write(near, []byte("x")))
	f.Cancel(op)
	if f.until(func() bool { return *done }); op.N != 1 || op.Err != nil {
		t.Errorf("write that was cancelled too late: %d, %v", op.N, op.Err)
	}
}
