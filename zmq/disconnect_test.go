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
		everyTransport(t, func(r *fixture) {
			push, err := r.Sockets.NewSocket(zmq.PUSH, zmq.Options{Linger: linger, ReconnectInterval: 5 * time.Millisecond})
			must(r.T, err)
			defer push.Close()
			pull, ep := r.Socket(zmq.PULL, zmq.Options{}), r.Free()
			must(r.T, push.Connect(ep))
			for i := range 3 {
				r.Send(push, fmt.Sprint(i))
			}
			must(r.T, push.Disconnect(ep))
			r.Fails("disconnecting twice", push.Disconnect(ep), zmq.ErrNotConnected)
			r.Fails("sending", push.TrySend(zmq.StringMsg("x")), zmq.ErrWouldBlock)
			if s := push.Stats(); s.Queued != 3 || len(s.Endpoints) != 1 || s.Endpoints[0].Queued != 3 {
				r.Errorf("%+v", s)
			}
			must(r.T, pull.Bind(ep))
			for i := range 3 {
				r.Expect(pull, fmt.Sprint(i))
			}
			r.Peers(pull, 0)
			r.Fails("sending", push.TrySend(zmq.StringMsg("x")), zmq.ErrWouldBlock)
			r.Eventually("gone", func() bool { s := push.Stats(); return s.Queued == 0 && len(s.Endpoints) == 0 && s.Peers == 0 })
			must(r.T, push.Connect(ep))
			r.exchange(push, pull, "hello again")
		})
	}
}

// Connecting again does not wait for the end of the linger.
func TestConnectWhileDisconnectLingers(t *testing.T) {
	everyTransport(t, func(r *fixture) {
		for _, typ := range []zmq.Type{zmq.PUSH, zmq.DEALER, zmq.PAIR} {
			s, ep := r.Socket(typ, zmq.Options{}), r.Free()
			must(r.T, s.Connect(ep))
			r.Send(s, "a")
			must(r.T, s.Disconnect(ep))
			must(r.T, s.Connect(ep))
			r.Send(s, "b")
			if n := s.Stats().Queued; n != 2 {
				r.Errorf("%v: %d messages are queued, want 2", typ, n)
			}
			must(r.T, s.Disconnect(ep))
			ctx, cancel := context.WithCancel(r.Ctx)
			cancel()
			var unsent *zmq.UnsentError
			if err := s.Shutdown(ctx); !errors.As(err, &unsent) || unsent.Messages != 2 {
				r.Errorf("%v: Shutdown: %v", typ, err)
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
			everyTransport(t, func(r *fixture) {
				s := r.Socket(tt.typ, zmq.Options{SendHWM: 100, RouterMandatory: tt.typ == zmq.ROUTER, NoDrop: tt.typ == zmq.PUB})
				o := zmq.Options{RecvHWM: 1}
				if tt.address != nil {
					o.RoutingID = []byte("peer")
				}
				if tt.peer == zmq.SUB {
					o.Subscribe = []string{""}
				}
				peer := r.Socket(tt.peer, o)
				r.Link(peer, s)
				if tt.typ == zmq.PUB {
					r.Subscribed(s, 1)
				}
				n := r.Fill(s, tt.address...)
				must(r.T, s.Disconnect(peer.LastEndpoint()))
				if err := s.TrySend(zmq.StringMsg(append(tt.address, "late")...)); err == nil && tt.typ != zmq.PUB || n < 100 {
					r.Errorf("%d messages were sent, and then %v", n, err)
				}
				for range n {
					m, err := peer.Recv(r.Ctx)
					must(r.T, err)
					if last := m.Frame(m.Len() - 1); len(last) != len(large) {
						r.Fatalf("received %v", m)
					}
				}
				r.Peers(peer, 0)
				r.Peers(s, 0)
				if d := s.Stats().Dropped[zmq.DropPeerGone]; d > 0 {
					r.Errorf("%d dropped", d)
				}
			})
		})
	}
}

// Messages that are left when the peer has gone are for its successor.
func TestDisconnectOutlivesThePeer(t *testing.T) {
	everyTransport(t, func(r *fixture) {
		push, ep := r.Socket(zmq.PUSH, zmq.Options{SendHWM: 200}), r.Free()
		first := r.Socket(zmq.PULL, zmq.Options{RecvHWM: 1})
		must(r.T, first.Bind(ep))
		must(r.T, push.Connect(ep))
		r.Peers(first, 1)
		r.Fill(push)
		must(r.T, push.Disconnect(ep))
		must(r.T, first.Close())
		if r.Transport == "inproc" {
			return // the first one had them all
		}
		second, got := r.Socket(zmq.PULL, zmq.Options{}), 0
		must(r.T, second.Bind(ep))
		r.Eventually("the rest has come", func() bool {
			r.Fails("sending", push.TrySend(zmq.StringMsg("x")), zmq.ErrWouldBlock)
			if _, err := second.TryRecv(); err == nil {
				got++
			}
			return got > 0 && push.Stats().Queued == 0
		})
		if n := push.Stats().Dropped[zmq.DropPeerGone]; n > 0 {
			r.Errorf("%d dropped", n)
		}
	})
}

// Messages that cannot be sent are dropped and counted: after the linger, or at
// once without one.
func TestDisconnectDrops(t *testing.T) {
	everyTransport(t, func(r *fixture) {
		for _, linger := range []time.Duration{zmq.NoLinger, 1} {
			s, ep := r.Socket(zmq.PUSH, zmq.Options{Linger: linger}), r.Free()
			must(r.T, s.Connect(ep))
			for range 3 {
				r.Send(s, "to no peer")
			}
			must(r.T, s.Disconnect(ep))
			if n := s.Stats().Dropped[zmq.DropPeerGone]; n != 3 && linger < 0 {
				r.Errorf("%d dropped when Disconnect returns, want 3", n)
			}
			r.Dropped(s, zmq.DropPeerGone, 3)
			r.Eventually("gone", func() bool { return len(s.Stats().Endpoints) == 0 })
		}
	})
}

// Close waits for lingering connections as it does for connected ones.
func TestCloseWaitsForWhatWasDisconnected(t *testing.T) {
	everyTransport(t, func(r *fixture) {
		push, pull, ep := r.Socket(zmq.PUSH, zmq.Options{}), r.Socket(zmq.PULL, zmq.Options{}), r.Free()
		must(r.T, push.Connect(ep))
		r.Send(push, "x")
		must(r.T, push.Disconnect(ep))
		closed := async(push.Close)
		r.Eventually("closing", func() bool { return push.Stats().Closing })
		if n := push.Stats().Queued; n != 1 {
			r.Errorf("%d messages are queued, want 1", n)
		}
		must(r.T, pull.Bind(ep))
		r.Expect(pull, "x")
		must(r.T, <-closed)
	})
}
