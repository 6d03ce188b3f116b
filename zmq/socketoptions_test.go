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
	f := newFixture(t, "inproc")
	s := f.Socket(zmq.DEALER, zmq.Options{})
	recv := func() error { _, err := s.Recv(f.Ctx); return err }
	send := func() error { return s.SendBytes(f.Ctx, []byte("x")) }
	must(t, s.Set("rcvtimeo", "1"))
	f.Fails("Recv", recv(), zmq.ErrTimeout)
	must(t, s.ChangeOptions(func(o *zmq.Options) { o.SendTimeout, o.RecvTimeout = time.Millisecond, 0 }))
	f.Fails("Send", send(), zmq.ErrTimeout)
	ctx, cancel := context.WithTimeout(f.Ctx, 5*time.Millisecond)
	defer cancel()
	_, err := s.Recv(ctx)
	f.Fails("Recv without a timeout", err, context.DeadlineExceeded)
}

// The linger holds for the next Disconnect, and the next Close.
func TestChangeLinger(t *testing.T) {
	f := newFixture(t, "tcp")
	s := f.Socket(zmq.PUSH, zmq.Options{})
	first, second := f.Free(), f.Free()
	for _, ep := range []string{first, second} {
		must(t, s.Connect(ep))
		f.Send(s, "not sent")
	}
	must(t, s.Set("linger", "0"))
	must(t, s.Disconnect(first))
	f.Dropped(s, zmq.DropPeerGone, 1)
	must(t, s.Set("linger", "-1"))
	must(t, s.Set("linger", "1"))
	must(t, s.Close()) // without the change it would not return
	f.Dropped(s, zmq.DropPeerGone, 2)
}

// The high-water marks hold at once, for all peers, also for those that were full.
// Over inproc the marks of both sides are added.
func TestChangeHighWaterMarks(t *testing.T) {
	f := newFixture(t, "inproc")
	push, pull := f.Socket(zmq.PUSH, zmq.Options{SendHWM: 2, Linger: zmq.NoLinger}), f.Socket(zmq.PULL, zmq.Options{RecvHWM: 3})
	f.Link(pull, push)
	if n := f.Fill(push); n != 5 {
		t.Errorf("%d messages, want 5", n)
	}
	must(t, push.Set("sndhwm", "20"))
	if n := f.Fill(push); n != 18 {
		t.Errorf("%d more messages with a mark of 20 for sending, want 18", n)
	}
	must(t, pull.Set("rcvhwm", "300"))
	if n := f.Fill(push); n != 297 {
		t.Errorf("%d more messages with a mark of 300 for receiving, want 297", n)
	}
	must(t, pull.Set("rcvhwm", "1"))
	must(t, push.Set("sndhwm", "1"))
	for range 318 {
		f.Expect(pull, large)
		f.Fails("sending beyond lower marks", push.TrySend(zmq.StringMsg("x")), zmq.ErrWouldBlock)
	}
	f.Expect(pull, large)
	f.Expect(pull, large)
	if n := f.Fill(push); n != 2 {
		t.Errorf("%d messages with marks of 1, want 2", n)
	}
	must(t, push.Set("sndhwm", "4")) // also for a peer that comes later
	must(t, push.Connect(f.Bind(pull)))
	if n := f.Fill(push); n != 3+5 {
		t.Errorf("%d messages with marks of 4 and 1 and a second peer, want 8", n)
	}
}

// The same for the marks in bytes.
func TestChangeHighWaterMarksInBytes(t *testing.T) {
	f := newFixture(t, "inproc")
	push, pull := f.Socket(zmq.PUSH, zmq.Options{SendHWMBytes: 2 * len(large), Linger: zmq.NoLinger}), f.Socket(zmq.PULL, zmq.Options{RecvHWMBytes: len(large)})
	f.Link(pull, push)
	if n := f.Fill(push); n != 3 {
		t.Errorf("%d messages, want 3", n)
	}
	must(t, push.Set("sndhwm_bytes", fmt.Sprint(4*len(large))))
	if n := f.Fill(push); n != 2 {
		t.Errorf("%d more messages with twice the mark for sending, want 2", n)
	}
	must(t, pull.Set("rcvhwm_bytes", fmt.Sprint(10*len(large))))
	if n := f.Fill(push); n != 9 {
		t.Errorf("%d more messages with ten times the mark for receiving, want 9", n)
	}
}

// Immediate, the routing id and the reconnect interval hold for endpoints that
// are connected afterwards; earlier ones keep theirs.
func TestChangeForNewEndpoints(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		dealer := f.Socket(zmq.DEALER, zmq.Options{RoutingID: []byte("first"), Linger: zmq.NoLinger})
		routers := []*zmq.Socket{f.Socket(zmq.ROUTER, zmq.Options{}), f.Socket(zmq.ROUTER, zmq.Options{})}
		f.Link(routers[0], dealer)
		must(f.T, dealer.Set("routing_id", "second"))
		f.Link(routers[1], dealer)
		for range routers {
			f.Send(dealer, "hello")
		}
		f.Expect(routers[0], "first", "hello")
		f.Expect(routers[1], "second", "hello")

		push := f.Socket(zmq.PUSH, zmq.Options{Linger: zmq.NoLinger})
		must(f.T, push.Set("immediate", "1"))
		must(f.T, push.Connect(f.Free()))
		f.Fails("sending to a peer that is not connected", push.TrySend(zmq.StringMsg("x")), zmq.ErrWouldBlock)
		must(f.T, push.Set("immediate", "0"))
		must(f.T, push.Connect(f.Free()))
		must(f.T, push.TrySend(zmq.StringMsg("x")))
	})
}

func TestChangeReconnectInterval(t *testing.T) {
	f := newFixture(t, "tcp")
	s := f.Socket(zmq.PUSH, zmq.Options{Linger: zmq.NoLinger})
	must(t, s.Connect(f.Free()))
	must(t, s.Set("reconnect_ivl", "-1"))
	must(t, s.Connect(f.Free()))
	f.Eventually("the second endpoint is given up, and the first is tried again", func() bool {
		all := s.Stats().Endpoints
		return all[1].State == zmq.EndpointGivenUp && all[0].Failures > 3 && all[0].State != zmq.EndpointGivenUp
	})
}

func TestChangeHandshakeTimeout(t *testing.T) {
	f := newFixture(t, "tcp")
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer silent.Close()
	s := f.Socket(zmq.PUSH, zmq.Options{Linger: zmq.NoLinger, HandshakeTimeout: -1})
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
	f := newFixture(t, "tcp")
	pull := f.Socket(zmq.PULL, zmq.Options{})
	before := f.Bind(pull)
	must(t, pull.Set("maxmsgsize", "10"))
	after := f.Bind(pull)
	text := strings.Repeat("x", 11)
	for ep, fits := range map[string]bool{before: true, after: false} {
		push := f.Socket(zmq.PUSH, zmq.Options{Linger: zmq.NoLinger})
		must(t, push.Connect(ep))
		f.Send(push, text)
		if fits {
			f.Expect(pull, text)
			continue
		}
		f.Eventually("the connection is closed", func() bool {
			all := pull.Stats().Endpoints
			return all[0].Failures == 0 && all[1].Failures > 0
		})
	}
}

// RouterMandatory holds for the next message.
func TestChangeRouterMandatory(t *testing.T) {
	f := newFixture(t, "inproc")
	s := f.Socket(zmq.ROUTER, zmq.Options{})
	m := zmq.StringMsg("nobody", "x")
	for range 2 {
		must(t, s.TrySend(m))
		must(t, s.Set("router_mandatory", "1"))
		f.Fails("TrySend", s.TrySend(m), zmq.ErrUnroutable)
		must(t, s.ChangeOptions(func(o *zmq.Options) { o.RouterMandatory = false }))
	}
}

// RouterHandover and ProbeRouter hold for the next peer.
func TestChangeHandoverAndProbe(t *testing.T) {
	for _, transport := range []string{"tcp", "ipc"} {
		t.Run(transport, func(t *testing.T) {
			f := newFixture(t, transport)
			router := f.Socket(zmq.ROUTER, zmq.Options{})
			old, next := f.Socket(zmq.DEALER, zmq.Options{RoutingID: []byte("id")}), f.Socket(zmq.DEALER, zmq.Options{RoutingID: []byte("id")})
			f.Link(router, old)
			f.Send(old, "old")
			f.Expect(router, "id", "old")
			must(t, next.Set("probe_router", "1"))
			must(t, router.Set("router_handover", "1"))
			must(t, next.Connect(router.LastEndpoint()))
			f.Expect(router, "id", "")
			f.Send(router, "id", "to the next")
			f.Expect(next, "to the next")
			must(t, old.Close())
		})
	}
}

// NoDrop holds for the next message.
func TestChangeNoDrop(t *testing.T) {
	f := newFixture(t, "inproc")
	pub, sub := f.Socket(zmq.PUB, zmq.Options{SendHWM: 1}), f.Socket(zmq.SUB, zmq.Options{RecvHWM: 1, Subscribe: []string{""}})
	f.Link(pub, sub)
	f.Subscribed(pub, 1)
	must(t, pub.Set("xpub_nodrop", "1"))
	f.Fill(pub)
	must(t, pub.Set("xpub_nodrop", "0"))
	must(t, pub.TrySend(zmq.StringMsg("dropped")))
	f.Dropped(pub, zmq.DropHighWater, 1)
}

// ReqRelaxed and ReqCorrelate hold for the next request, and not for the one that
// is under way.
func TestChangeReq(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		req, rep := f.Socket(zmq.REQ, zmq.Options{}), f.Socket(zmq.REP, zmq.Options{})
		f.Link(rep, req)
		for _, correlate := range []string{"1", "0", "1"} {
			f.Send(req, "request")
			must(f.T, req.Set("req_correlate", correlate))
			f.Expect(rep, "request")
			f.Send(rep, "reply")
			f.Expect(req, "reply")
		}
		f.Send(req, "given up")
		f.Fails("a second request", req.TrySend(zmq.StringMsg("second")), zmq.ErrState)
		must(f.T, req.Set("req_relaxed", "1"))
		f.Send(req, "second")
		f.Expect(rep, "given up")
		f.Send(rep, "late")
		f.Expect(rep, "second")
		f.Send(rep, "reply")
		f.Expect(req, "reply")
	})
}

// Subscriptions are changed and listed by name, too.
func TestChangeSubscriptions(t *testing.T) {
	f := newFixture(t, "inproc")
	pub, sub := f.Socket(zmq.PUB, zmq.Options{}), f.Subscriber("b")
	f.Link(pub, sub)
	must(t, sub.Set("ZMQ_SUBSCRIBE", "a"))
	must(t, sub.Subscribe("a"))
	f.Subscribed(pub, 2)
	if got := sub.Options().Subscribe; !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("subscribes to %q", got)
	}
	must(t, sub.Set("unsubscribe", "b"))
	f.Subscribed(pub, 1)
	if got := sub.Options().Subscribe; !slices.Equal(got, []string{"a"}) {
		t.Errorf("subscribes to %q", got)
	}
	f.Fails("on a PUB", pub.Set("subscribe", "a"), zmq.ErrNotSupported)
}

// Options are changed beside messages, and no change is lost.
func TestChangeDuringMessages(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		const n = 500
		push, pull := f.Socket(zmq.PUSH, zmq.Options{SendHWM: 10}), f.Socket(zmq.PULL, zmq.Options{RecvHWM: 10})
		f.Link(pull, push)
		sent := async(func() error {
			for range n {
				if err := push.Send(f.Ctx, zmq.StringMsg("x")); err != nil {
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
			f.Expect(pull, "x")
		}
		must(f.T, <-sent)
		for _, c := range changed {
			must(f.T, <-c)
		}
		if o := push.Options(); o.SendTimeout != time.Hour+49 || o.Linger != time.Hour+49 {
			f.Errorf("a change was lost: %v, %v", o.SendTimeout, o.Linger)
		}
	})
}
