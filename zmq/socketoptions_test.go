package zmq_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/actum-go/actum/zmq"
)

// Every option can be changed and read back on a socket whose type has it, and is
// refused on a socket whose type has it not.
func TestEveryOptionCanBeReadBack(t *testing.T) {
	c := newContext(t)
	all := []zmq.Type{zmq.PAIR, zmq.PUB, zmq.SUB, zmq.REQ, zmq.REP, zmq.DEALER, zmq.ROUTER, zmq.PULL, zmq.PUSH}
	for _, o := range zmq.OptionInfos() {
		value := "7"
		if o.Unit == "" && o.Name != "routing_id" {
			value = "1"
		}
		for _, typ := range all {
			s := newSocket(t, c, typ, zmq.Options{})
			err := s.Set(o.Name, value)
			if !slices.Contains(o.Types, typ) {
				var bad *zmq.OptionError
				if !errors.As(err, &bad) || bad.Option != o.Name {
					t.Errorf("%s on %s: %v", o.Name, typ, err)
				}
				continue
			}
			must(t, err)
			if !o.Readable {
				if got := s.Options().Subscribe; !slices.Equal(got, []string{value}) {
					t.Errorf("%s: %q", o.Name, got)
				}
				continue
			}
			if got, err := s.Get("ZMQ_" + strings.ToUpper(o.Name)); err != nil || got != value {
				t.Errorf("%s on %s: read %q, want %q, %v", o.Name, typ, got, value, err)
			}
			all := s.Options()
			if got, err := all.Get(o.Name); err != nil || got != value {
				t.Errorf("%s of Options: %q, want %q, %v", o.Name, got, value, err)
			}
		}
	}
}

// A change that is not allowed changes nothing.
func TestRefusedChanges(t *testing.T) {
	c := newContext(t)
	s := newSocket(t, c, zmq.SUB, zmq.Options{Subscribe: []string{"a"}, RecvHWM: 5})
	before := s.Options()
	for _, tt := range []struct {
		option string
		err    error
	}{
		{"RecvTimeout", s.ChangeOptions(func(o *zmq.Options) { o.RecvHWM, o.RecvTimeout = 6, -1 })},
		{"RouterMandatory", s.ChangeOptions(func(o *zmq.Options) { o.RecvHWM, o.RouterMandatory = 6, true })},
		{"Subscribe", s.ChangeOptions(func(o *zmq.Options) { o.RecvHWM, o.Subscribe = 6, nil })},
		{"rcvhwm", s.Set("rcvhwm", "-1")},
		{"conflate", s.Set("conflate", "1")},
		{"subscribe", s.Set("subscribe", strings.Repeat("x", 1<<21))},
	} {
		var bad *zmq.OptionError
		if !errors.As(tt.err, &bad) || bad.Option != tt.option {
			t.Errorf("%s: %v", tt.option, tt.err)
		}
	}
	after := s.Options()
	for _, name := range zmq.OptionNames() {
		was, _ := before.Get(name)
		if is, _ := after.Get(name); is != was {
			t.Errorf("%s: %q, was %q", name, is, was)
		}
	}
	if !slices.Equal(after.Subscribe, []string{"a"}) {
		t.Errorf("subscribes to %q", after.Subscribe)
	}
	must(t, s.Close())
	if err := s.Set("rcvhwm", "1"); !errors.Is(err, zmq.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	if err := s.ChangeOptions(func(*zmq.Options) {}); !errors.Is(err, zmq.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	if s.Options().RecvHWM != 5 {
		t.Error("the options of a closed socket cannot be read")
	}
}

// What a program does with the options that it was given, or has given, does not
// reach the socket.
func TestOptionsAreCopies(t *testing.T) {
	c := newContext(t)
	id := []byte("me")
	s := newSocket(t, c, zmq.DEALER, zmq.Options{RoutingID: id})
	id[0] = 'x'
	s.Options().RoutingID[1] = 'x'
	if got, err := s.Get("routing_id"); got != "me" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

// Timeouts hold for the next call.
func TestChangeTimeouts(t *testing.T) {
	r := newFixture(t, "inproc")
	s := r.Socket(zmq.DEALER, zmq.Options{})
	recv := func() error { _, err := s.Recv(r.Ctx); return err }
	send := func() error { return s.SendBytes(r.Ctx, []byte("x")) }
	must(t, s.Set("rcvtimeo", "1"))
	r.Fails("Recv", recv(), zmq.ErrTimeout)
	must(t, s.ChangeOptions(func(o *zmq.Options) { o.SendTimeout, o.RecvTimeout = time.Millisecond, 0 }))
	r.Fails("Send", send(), zmq.ErrTimeout)
	ctx, cancel := context.WithTimeout(r.Ctx, 5*time.Millisecond)
	defer cancel()
	_, err := s.Recv(ctx)
	r.Fails("Recv without a timeout", err, context.DeadlineExceeded)
}

// The linger holds for the next Disconnect, and the next Close.
func TestChangeLinger(t *testing.T) {
	r := newFixture(t, "tcp")
	s := r.Socket(zmq.PUSH, zmq.Options{})
	first, second := r.Free(), r.Free()
	for _, ep := range []string{first, second} {
		must(t, s.Connect(ep))
		r.Send(s, "not sent")
	}
	must(t, s.Set("linger", "0"))
	must(t, s.Disconnect(first))
	r.Dropped(s, zmq.DropPeerGone, 1)
	must(t, s.Set("linger", "-1"))
	must(t, s.Set("linger", "1"))
	must(t, s.Close()) // without the change it would not return
	r.Dropped(s, zmq.DropPeerGone, 2)
}

// The high-water marks hold at once, for all peers, also for those that were full.
// Over inproc the marks of both sides are added.
func TestChangeHighWaterMarks(t *testing.T) {
	r := newFixture(t, "inproc")
	push, pull := r.Socket(zmq.PUSH, zmq.Options{SendHWM: 2, Linger: zmq.NoLinger}), r.Socket(zmq.PULL, zmq.Options{RecvHWM: 3})
	r.Link(pull, push)
	if n := r.Fill(push); n != 5 {
		t.Errorf("%d messages, want 5", n)
	}
	must(t, push.Set("sndhwm", "20"))
	if n := r.Fill(push); n != 18 {
		t.Errorf("%d more messages with a mark of 20 for sending, want 18", n)
	}
	must(t, pull.Set("rcvhwm", "300"))
	if n := r.Fill(push); n != 297 {
		t.Errorf("%d more messages with a mark of 300 for receiving, want 297", n)
	}
	must(t, pull.Set("rcvhwm", "1"))
	must(t, push.Set("sndhwm", "1"))
	for range 318 {
		r.Expect(pull, large)
		r.Fails("sending beyond lower marks", push.TrySend(zmq.StringMsg("x")), zmq.ErrWouldBlock)
	}
	r.Expect(pull, large)
	r.Expect(pull, large)
	if n := r.Fill(push); n != 2 {
		t.Errorf("%d messages with marks of 1, want 2", n)
	}
	must(t, push.Set("sndhwm", "4")) // also for a peer that comes later
	must(t, push.Connect(r.Bind(pull)))
	if n := r.Fill(push); n != 3+5 {
		t.Errorf("%d messages with marks of 4 and 1 and a second peer, want 8", n)
	}
}

// The same for the marks in bytes.
func TestChangeHighWaterMarksInBytes(t *testing.T) {
	r := newFixture(t, "inproc")
	push, pull := r.Socket(zmq.PUSH, zmq.Options{SendHWMBytes: 2 * len(large), Linger: zmq.NoLinger}), r.Socket(zmq.PULL, zmq.Options{RecvHWMBytes: len(large)})
	r.Link(pull, push)
	if n := r.Fill(push); n != 3 {
		t.Errorf("%d messages, want 3", n)
	}
	must(t, push.Set("sndhwm_bytes", fmt.Sprint(4*len(large))))
	if n := r.Fill(push); n != 2 {
		t.Errorf("%d more messages with twice the mark for sending, want 2", n)
	}
	must(t, pull.Set("rcvhwm_bytes", fmt.Sprint(10*len(large))))
	if n := r.Fill(push); n != 9 {
		t.Errorf("%d more messages with ten times the mark for receiving, want 9", n)
	}
}

// Immediate, the routing id and the reconnect interval hold for endpoints that
// are connected afterwards; earlier ones keep theirs.
func TestChangeForNewEndpoints(t *testing.T) {
	everyTransport(t, func(r *fixture) {
		dealer := r.Socket(zmq.DEALER, zmq.Options{RoutingID: []byte("first"), Linger: zmq.NoLinger})
		routers := []*zmq.Socket{r.Socket(zmq.ROUTER, zmq.Options{}), r.Socket(zmq.ROUTER, zmq.Options{})}
		r.Link(routers[0], dealer)
		must(r.T, dealer.Set("routing_id", "second"))
		r.Link(routers[1], dealer)
		for range routers {
			r.Send(dealer, "hello")
		}
		r.Expect(routers[0], "first", "hello")
		r.Expect(routers[1], "second", "hello")

		push := r.Socket(zmq.PUSH, zmq.Options{Linger: zmq.NoLinger})
		must(r.T, push.Set("immediate", "1"))
		must(r.T, push.Connect(r.Free()))
		r.Fails("sending to a peer that is not connected", push.TrySend(zmq.StringMsg("x")), zmq.ErrWouldBlock)
		must(r.T, push.Set("immediate", "0"))
		must(r.T, push.Connect(r.Free()))
		must(r.T, push.TrySend(zmq.StringMsg("x")))
	})
}

func TestChangeReconnectInterval(t *testing.T) {
	r := newFixture(t, "tcp")
	s := r.Socket(zmq.PUSH, zmq.Options{Linger: zmq.NoLinger})
	must(t, s.Connect(r.Free()))
	must(t, s.Set("reconnect_ivl", "-1"))
	must(t, s.Connect(r.Free()))
	r.Eventually("the second endpoint is given up, and the first is tried again", func() bool {
		all := s.Stats().Endpoints
		return all[1].State == zmq.EndpointGivenUp && all[0].Failures > 3 && all[0].State != zmq.EndpointGivenUp
	})
}

func TestChangeHandshakeTimeout(t *testing.T) {
	r := newFixture(t, "tcp")
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer silent.Close()
	s := r.Socket(zmq.PUSH, zmq.Options{Linger: zmq.NoLinger, HandshakeTimeout: -1})
	must(t, s.Set("handshake_ivl", "10"))
	must(t, s.Connect("tcp://"+silent.Addr().String()))
	for range 2 {
		conn, err := silent.Accept()
		must(t, err)
		must(t, conn.SetDeadline(time.Now().Add(rawTimeout)))
		_, err = io.Copy(io.Discard, conn)
		must(t, err)
		must(t, conn.Close())
	}
}

// The largest size of a message holds for the peers of an endpoint that is bound
// afterwards.
func TestChangeMaxFrameSize(t *testing.T) {
	r := newFixture(t, "tcp")
	pull := r.Socket(zmq.PULL, zmq.Options{})
	before := r.Bind(pull)
	must(t, pull.Set("maxmsgsize", "10"))
	after := r.Bind(pull)
	text := strings.Repeat("x", 11)
	for ep, fits := range map[string]bool{before: true, after: false} {
		push := r.Socket(zmq.PUSH, zmq.Options{Linger: zmq.NoLinger})
		must(t, push.Connect(ep))
		r.Send(push, text)
		if fits {
			r.Expect(pull, text)
			continue
		}
		r.Eventually("the connection is closed", func() bool {
			all := pull.Stats().Endpoints
			return all[0].Failures == 0 && all[1].Failures > 0
		})
	}
}

// RouterMandatory holds for the next message.
func TestChangeRouterMandatory(t *testing.T) {
	r := newFixture(t, "inproc")
	s := r.Socket(zmq.ROUTER, zmq.Options{})
	m := zmq.StringMsg("nobody", "x")
	for range 2 {
		must(t, s.TrySend(m))
		must(t, s.Set("router_mandatory", "1"))
		r.Fails("TrySend", s.TrySend(m), zmq.ErrUnroutable)
		must(t, s.ChangeOptions(func(o *zmq.Options) { o.RouterMandatory = false }))
	}
}

// RouterHandover and ProbeRouter hold for the next peer.
func TestChangeHandoverAndProbe(t *testing.T) {
	for _, transport := range []string{"tcp", "ipc"} {
		t.Run(transport, func(t *testing.T) {
			r := newFixture(t, transport)
			router := r.Socket(zmq.ROUTER, zmq.Options{})
			old, next := r.Socket(zmq.DEALER, zmq.Options{RoutingID: []byte("id")}), r.Socket(zmq.DEALER, zmq.Options{RoutingID: []byte("id")})
			r.Link(router, old)
			r.Send(old, "old")
			r.Expect(router, "id", "old")
			must(t, next.Set("probe_router", "1"))
			must(t, router.Set("router_handover", "1"))
			must(t, next.Connect(router.LastEndpoint()))
			r.Expect(router, "id", "")
			r.Send(router, "id", "to the next")
			r.Expect(next, "to the next")
			must(t, old.Close())
		})
	}
}

// NoDrop holds for the next message.
func TestChangeNoDrop(t *testing.T) {
	r := newFixture(t, "inproc")
	pub, sub := r.Socket(zmq.PUB, zmq.Options{SendHWM: 1}), r.Socket(zmq.SUB, zmq.Options{RecvHWM: 1, Subscribe: []string{""}})
	r.Link(pub, sub)
	r.Subscribed(pub, 1)
	must(t, pub.Set("xpub_nodrop", "1"))
	r.Fill(pub)
	must(t, pub.Set("xpub_nodrop", "0"))
	must(t, pub.TrySend(zmq.StringMsg("dropped")))
	r.Dropped(pub, zmq.DropHighWater, 1)
}

// ReqRelaxed and ReqCorrelate hold for the next request, and not for the one that
// is under way.
func TestChangeReq(t *testing.T) {
	everyTransport(t, func(r *fixture) {
		req, rep := r.Socket(zmq.REQ, zmq.Options{}), r.Socket(zmq.REP, zmq.Options{})
		r.Link(rep, req)
		for _, correlate := range []string{"1", "0", "1"} {
			r.Send(req, "request")
			must(r.T, req.Set("req_correlate", correlate))
			r.Expect(rep, "request")
			r.Send(rep, "reply")
			r.Expect(req, "reply")
		}
		r.Send(req, "given up")
		r.Fails("a second request", req.TrySend(zmq.StringMsg("second")), zmq.ErrState)
		must(r.T, req.Set("req_relaxed", "1"))
		r.Send(req, "second")
		r.Expect(rep, "given up")
		r.Send(rep, "late")
		r.Expect(rep, "second")
		r.Send(rep, "reply")
		r.Expect(req, "reply")
	})
}

// Subscriptions are changed and listed by name, too.
func TestChangeSubscriptions(t *testing.T) {
	r := newFixture(t, "inproc")
	pub, sub := r.Socket(zmq.PUB, zmq.Options{}), r.Subscriber("b")
	r.Link(pub, sub)
	must(t, sub.Set("ZMQ_SUBSCRIBE", "a"))
	must(t, sub.Subscribe("a"))
	r.Subscribed(pub, 2)
	if got := sub.Options().Subscribe; !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("subscribes to %q", got)
	}
	must(t, sub.Set("unsubscribe", "b"))
	r.Subscribed(pub, 1)
	if got := sub.Options().Subscribe; !slices.Equal(got, []string{"a"}) {
		t.Errorf("subscribes to %q", got)
	}
	r.Fails("on a PUB", pub.Set("subscribe", "a"), zmq.ErrNotSupported)
}

// Options are changed beside messages, and no change is lost.
func TestChangeDuringMessages(t *testing.T) {
	everyTransport(t, func(r *fixture) {
		const n = 500
		push, pull := r.Socket(zmq.PUSH, zmq.Options{SendHWM: 10}), r.Socket(zmq.PULL, zmq.Options{RecvHWM: 10})
		r.Link(pull, push)
		sent := async(func() error {
			for range n {
				if err := push.Send(r.Ctx, zmq.StringMsg("x")); err != nil {
					return err
				}
			}
			return nil
		})
		changed := []<-chan error{
			async(func() error {
				for i := range 50 {
					if err := push.ChangeOptions(func(o *zmq.Options) { o.SendTimeout = time.Hour + time.Duration(i) }); err != nil {
						return err
					}
				}
				return nil
			}),
			async(func() error {
				for i := range 50 {
					if err := push.ChangeOptions(func(o *zmq.Options) { o.Linger = time.Hour + time.Duration(i) }); err != nil {
						return err
					}
				}
				return nil
			}),
			async(func() error {
				for range 50 {
					if err := pull.Set("rcvtimeo", "3600000"); err != nil {
						return err
					}
				}
				return nil
			}),
		}
		for range n {
			r.Expect(pull, "x")
		}
		must(r.T, <-sent)
		for _, c := range changed {
			must(r.T, <-c)
		}
		if o := push.Options(); o.SendTimeout != time.Hour+49 || o.Linger != time.Hour+49 {
			r.Errorf("a change was lost: %v, %v", o.SendTimeout, o.Linger)
		}
	})
}
