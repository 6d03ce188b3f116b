package zmq_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/actum-go/actum/zmq"
)

// A bad value is refused with the name of its field.
func TestOptionErrors(t *testing.T) {
	for _, tt := range []struct {
		typ    zmq.Type
		o      zmq.Options
		option string
	}{
		{zmq.DEALER, zmq.Options{RoutingID: make([]byte, 256)}, "RoutingID"},
		{zmq.DEALER, zmq.Options{RoutingID: []byte{0, 1}}, "RoutingID"},
		{zmq.PULL, zmq.Options{Subscribe: []string{"a"}}, "Subscribe"},
		{zmq.DEALER, zmq.Options{RouterMandatory: true}, "RouterMandatory"},
		{zmq.DEALER, zmq.Options{RouterHandover: true}, "RouterHandover"},
		{zmq.PUSH, zmq.Options{ProbeRouter: true}, "ProbeRouter"},
		{zmq.DEALER, zmq.Options{ReqRelaxed: true}, "ReqRelaxed"},
		{zmq.ROUTER, zmq.Options{ReqCorrelate: true}, "ReqCorrelate"},
		{zmq.PUSH, zmq.Options{SendBuffer: -1}, "SendBuffer"},
		{zmq.PUSH, zmq.Options{RecvBuffer: -1}, "RecvBuffer"},
		{zmq.PUSH, zmq.Options{Backlog: -1}, "Backlog"},
		{zmq.PUSH, zmq.Options{HeartbeatInterval: -1}, "HeartbeatInterval"},
		{zmq.PUSH, zmq.Options{HeartbeatTTL: 2 * time.Hour}, "HeartbeatTTL"},
		{zmq.PUSH, zmq.Options{ReconnectIntervalMax: -1}, "ReconnectIntervalMax"},
		{zmq.Type(200), zmq.Options{}, "Type"},
	} {
		c := newContext(t)
		s, err := c.NewSocket(tt.typ, tt.o)
		var bad *zmq.OptionError
		if !errors.As(err, &bad) || bad.Option != tt.option || !strings.Contains(err.Error(), tt.option) || s != nil {
			t.Errorf("%s: %v", tt.option, err)
		}
	}
	for _, n := range []int{-1, 1025, math.MaxInt} {
		_, err := zmq.NewContext(zmq.ContextOptions{Dispatchers: n})
		var bad *zmq.OptionError
		if !errors.As(err, &bad) || bad.Option != "Dispatchers" {
			t.Errorf("Dispatchers: %v", err)
		}
	}
	if _, err := zmq.NewContext(zmq.ContextOptions{Backend: "none such"}); err == nil || !strings.Contains(err.Error(), "none such") {
		t.Errorf("Backend: %v", err)
	}
}

func TestRoutingIDOfAnyBytes(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		router := f.Socket(zmq.ROUTER, zmq.Options{})
		id := bytes.Repeat([]byte{0xff, 0, '\n'}, 85)
		dealer := f.Socket(zmq.DEALER, zmq.Options{RoutingID: id})
		f.Link(router, dealer)
		f.Send(dealer, "hello")
		f.Expect(router, string(id), "hello")
	})
}

// The errors of SendTimeout and RecvTimeout differ from that of the caller's
// deadline.
func TestTimeouts(t *testing.T) {
	f := newFixture(t, "inproc")
	s := f.Socket(zmq.DEALER, zmq.Options{SendTimeout: time.Millisecond, RecvTimeout: time.Millisecond})
	recv := func(ctx context.Context) error {
		_, err := s.Recv(ctx)
		return err
	}
	send := func(ctx context.Context) error { return s.SendBytes(ctx, []byte("x")) }
	for name, call := range map[string]func(context.Context) error{"Send": send, "Recv": recv} {
		err := call(f.Ctx)
		f.Fails(name, err, zmq.ErrTimeout)
		f.Fails(name, err, os.ErrDeadlineExceeded)

		ended, cancel := context.WithCancel(f.Ctx)
		cancel()
		f.Fails(name+" with a context that has ended", call(ended), context.Canceled)
	}
	patient := f.Socket(zmq.DEALER, zmq.Options{SendTimeout: time.Hour, RecvTimeout: time.Hour})
	s = patient
	for name, call := range map[string]func(context.Context) error{"Send": send, "Recv": recv} {
		ctx, cancel := context.WithTimeout(f.Ctx, time.Millisecond)
		f.Fails(name, call(ctx), context.DeadlineExceeded)
		cancel()
	}
}

// A timeout does not affect calls that need not wait, or that finish in time.
func TestTimeoutsLeaveTrafficAlone(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		o := zmq.Options{SendTimeout: time.Minute, RecvTimeout: time.Minute}
		a, b := f.Socket(zmq.PAIR, o), f.Socket(zmq.PAIR, o)
		f.Link(a, b)
		got := async(func() error {
			_, err := b.Recv(context.Background())
			return err
		})
		must(f.T, a.SendBytes(context.Background(), []byte("x")))
		must(f.T, <-got)
	})
}

// Immediate queues nothing for a peer that is not connected.
func TestImmediate(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		push, pull := f.Socket(zmq.PUSH, zmq.Options{Immediate: true}), f.Socket(zmq.PULL, zmq.Options{})
		ep := f.Free()
		must(f.T, push.Connect(ep))
		f.Fails("sending to a peer that is not connected", push.TrySend(zmq.StringMsg("x")), zmq.ErrWouldBlock)
		sent := async(func() error { return push.SendBytes(f.Ctx, []byte("waited")) })
		must(f.T, pull.Bind(ep))
		f.Expect(pull, "waited")
		must(f.T, <-sent)
		must(f.T, pull.Close())
		f.Peers(push, 0)
		f.Fails("sending to a peer that has left", push.TrySend(zmq.StringMsg("x")), zmq.ErrWouldBlock)
	})
}

// Without Immediate messages go to all connected endpoints in rotation, whether
// their peers are there or not.
func TestNotImmediate(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		push, pull := f.Socket(zmq.PUSH, zmq.Options{Linger: zmq.NoLinger}), f.Socket(zmq.PULL, zmq.Options{})
		must(f.T, push.Connect(f.Free()))
		f.Link(pull, push)
		for range 10 {
			f.Send(push, "x")
		}
		for range 5 {
			f.Expect(pull, "x")
		}
		if got := pull.Stats().Received; got != 5 {
			f.Fatalf("received %d of 10, want 5", got)
		}
	})
}

// A message that is too large ends the connection; the next one is served.
func TestMaxMessageSize(t *testing.T) {
	for _, transport := range []string{"tcp", "ipc"} {
		t.Run(transport, func(t *testing.T) {
			f := newFixture(t, transport)
			pull := f.Socket(zmq.PULL, zmq.Options{MaxMessageSize: 1000})
			push := f.Socket(zmq.PUSH, zmq.Options{})
			f.Link(pull, push)
			f.Send(push, strings.Repeat("x", 500), strings.Repeat("y", 500))
			f.Send(push, strings.Repeat("x", 1001))
			f.Expect(pull, strings.Repeat("x", 500), strings.Repeat("y", 500))
			f.Eventually("the next connection", func() bool {
				_ = push.TrySend(zmq.StringMsg("small")) // one written before the end is seen is lost
				m, err := pull.TryRecv()
				return err == nil && string(m.Bytes()) == "small"
			})
		})
	}
}

// A peer that does not finish the handshake in time is disconnected, and
// connected again.
func TestHandshakeTimeout(t *testing.T) {
	f := newFixture(t, "tcp")
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer silent.Close()
	push := f.Socket(zmq.PUSH, zmq.Options{HandshakeTimeout: 10 * time.Millisecond, Linger: zmq.NoLinger})
	must(t, push.Connect("tcp://"+silent.Addr().String()))
	for range 3 {
		conn, err := silent.Accept()
		must(t, err)
		must(t, conn.SetDeadline(time.Now().Add(rawTimeout)))
		_, err = io.Copy(io.Discard, conn) // our side says its greeting and then closes
		must(t, err)
		must(t, conn.Close())
	}
}

// With a negative ReconnectInterval there is one attempt; messages queued for the
// peer are dropped and counted, and Close does not wait for it.
func TestNoReconnect(t *testing.T) {
	for _, transport := range []string{"tcp", "ipc"} {
		t.Run(transport, func(t *testing.T) {
			f := newFixture(t, transport)
			push, pull := f.Socket(zmq.PUSH, zmq.Options{ReconnectInterval: -1}), f.Socket(zmq.PULL, zmq.Options{})
			f.Link(pull, push)
			must(t, pull.Close())
			f.Eventually("it is gone for good", func() bool { return errors.Is(push.TrySend(zmq.StringMsg("x")), zmq.ErrWouldBlock) })

			refused := f.Socket(zmq.PUSH, zmq.Options{ReconnectInterval: -1, Linger: time.Hour})
			must(t, refused.Connect(f.Free()))
			_ = refused.TrySend(zmq.StringMsg("x"))
			must(t, refused.Close())
		})
	}
}
