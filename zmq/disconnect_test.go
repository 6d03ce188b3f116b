package zmq_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/actum-go/actum/zmq"
)

// Messages queued for an endpoint that is disconnected are sent to a peer that
// comes only then, as in libzmq with a linger. Later messages are not, until it
// is connected again.
func TestDisconnectLingers(t *testing.T) {
	for _, linger := range []time.Duration{zmq.LingerForever, time.Hour} {
		everyTransport(t, func(f *fixture) {
			push, err := f.Sockets.NewSocket(zmq.PUSH, zmq.Options{Linger: linger, ReconnectInterval: 5 * time.Millisecond})
			must(f.T, err)
			defer push.Close()
			pull, ep := f.Socket(zmq.PULL, zmq.Options{}), f.Free()
			must(f.T, push.Connect(ep))
			for i := range 3 {
				f.Send(push, fmt.Sprint(i))
			}
			must(f.T, push.Disconnect(ep))
			f.Fails("disconnecting twice", push.Disconnect(ep), zmq.ErrNotConnected)
			f.Fails("sending", push.TrySend(zmq.StringMsg("x")), zmq.ErrWouldBlock)
			if s := push.Stats(); s.Queued != 3 || len(s.Endpoints) != 1 || s.Endpoints[0].Queued != 3 {
				f.Errorf("%+v", s)
			}
			must(f.T, pull.Bind(ep))
			for i := range 3 {
				f.Expect(pull, fmt.Sprint(i))
			}
			f.Peers(pull, 0)
			f.Fails("sending", push.TrySend(zmq.StringMsg("x")), zmq.ErrWouldBlock)
			f.Eventually("gone", func() bool { s := push.Stats(); return s.Queued == 0 && len(s.Endpoints) == 0 && s.Peers == 0 })
			must(f.T, push.Connect(ep))
			f.exchange(push, pull, "hello again")
		})
	}
}

// Connecting again does not wait for the end of the linger.
func TestConnectWhileDisconnectLingers(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		for _, typ := range []zmq.Type{zmq.PUSH, zmq.DEALER, zmq.PAIR} {
			s, ep := f.Socket(typ, zmq.Options{}), f.Free()
			must(f.T, s.Connect(ep))
			f.Send(s, "a")
			must(f.T, s.Disconnect(ep))
			must(f.T, s.Connect(ep))
			f.Send(s, "b")
			if n := s.Stats().Queued; n != 2 {
				f.Errorf("%v: %d messages are queued, want 2", typ, n)
			}
			must(f.T, s.Disconnect(ep))
			ctx, cancel := context.WithCancel(f.Ctx)
			cancel()
			var unsent *zmq.UnsentError
			if err := s.Shutdown(ctx); !errors.As(err, &unsent) || unsent.Messages != 2 {
				f.Errorf("%v: Shutdown: %v", typ, err)
			}
		}
	})
}

// A peer that is full when it is disconnected gets all messages that were queued
// for it, and no more, for every type that sends, even if it has left and come
// back meanwhile.
func TestDisconnectDelivers(t *testing.T) {
	for _, tt := range []struct {
		typ, peer zmq.Type
		address   []string
	}{
		{zmq.PUSH, zmq.PULL, nil}, {zmq.DEALER, zmq.ROUTER, nil}, {zmq.PAIR, zmq.PAIR, nil},
		{zmq.PUB, zmq.SUB, nil}, {zmq.ROUTER, zmq.DEALER, []string{"peer"}},
	} {
		t.Run(tt.typ.String(), func(t *testing.T) {
			everyTransport(t, func(f *fixture) {
				s := f.Socket(tt.typ, zmq.Options{SendHWM: 100, RouterMandatory: tt.typ == zmq.ROUTER, NoDrop: tt.typ == zmq.PUB})
				o := zmq.Options{RecvHWM: 1}
				if tt.address != nil {
					o.RoutingID = []byte("peer")
				}
				if tt.peer == zmq.SUB {
					o.Subscribe = []string{""}
				}
				peer := f.Socket(tt.peer, o)
				f.Link(peer, s)
				if tt.typ == zmq.PUB {
					f.Subscribed(s, 1)
				}
				n := f.Fill(s, tt.address...)
				must(f.T, s.Disconnect(peer.LastEndpoint()))
				if err := s.TrySend(zmq.StringMsg(append(tt.address, "late")...)); err == nil && tt.typ != zmq.PUB || n < 100 {
					f.Errorf("%d messages were sent, and then %v", n, err)
				}
				for range n {
					m, err := peer.Recv(f.Ctx)
					must(f.T, err)
					if last := m.Frame(m.Len() - 1); len(last) != len(large) {
						f.Fatalf("received %v", m)
					}
				}
				f.Peers(peer, 0)
				f.Peers(s, 0)
				if d := s.Stats().Dropped[zmq.DropPeerGone]; d > 0 {
					f.Errorf("%d dropped", d)
				}
			})
		})
	}
}

// Messages that are left when the peer has gone are for its successor.
func TestDisconnectOutlivesThePeer(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		push, ep := f.Socket(zmq.PUSH, zmq.Options{SendHWM: 200}), f.Free()
		first := f.Socket(zmq.PULL, zmq.Options{RecvHWM: 1})
		must(f.T, first.Bind(ep))
		must(f.T, push.Connect(ep))
		f.Peers(first, 1)
		f.Fill(push)
		must(f.T, push.Disconnect(ep))
		must(f.T, first.Close())
		if f.Transport == "inproc" {
			return // the first one had them all
		}
		second, got := f.Socket(zmq.PULL, zmq.Options{}), 0
		must(f.T, second.Bind(ep))
		f.Eventually("the rest has come", func() bool {
			f.Fails("sending", push.TrySend(zmq.StringMsg("x")), zmq.ErrWouldBlock)
			if _, err := second.TryRecv(); err == nil {
				got++
			}
			return got > 0 && push.Stats().Queued == 0
		})
		if n := push.Stats().Dropped[zmq.DropPeerGone]; n > 0 {
			f.Errorf("%d dropped", n)
		}
	})
}

// Messages that cannot be sent are dropped and counted: after the linger, or at
// once without one.
func TestDisconnectDrops(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		for _, linger := range []time.Duration{zmq.NoLinger, 1} {
			s, ep := f.Socket(zmq.PUSH, zmq.Options{Linger: linger}), f.Free()
			must(f.T, s.Connect(ep))
			for range 3 {
				f.Send(s, "to no peer")
			}
			must(f.T, s.Disconnect(ep))
			if n := s.Stats().Dropped[zmq.DropPeerGone]; n != 3 && linger < 0 {
				f.Errorf("%d dropped when Disconnect returns, want 3", n)
			}
			f.Dropped(s, zmq.DropPeerGone, 3)
			f.Eventually("gone", func() bool { return len(s.Stats().Endpoints) == 0 })
		}
	})
}

// Close waits for lingering connections as it does for connected ones.
func TestCloseWaitsForWhatWasDisconnected(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		push, pull, ep := f.Socket(zmq.PUSH, zmq.Options{}), f.Socket(zmq.PULL, zmq.Options{}), f.Free()
		must(f.T, push.Connect(ep))
		f.Send(push, "x")
		must(f.T, push.Disconnect(ep))
		closed := async(push.Close)
		f.Eventually("closing", func() bool { return push.Stats().Closing })
		if n := push.Stats().Queued; n != 1 {
			f.Errorf("%d messages are queued, want 1", n)
		}
		must(f.T, pull.Bind(ep))
		f.Expect(pull, "x")
		must(f.T, <-closed)
	})
}
