package pattern_test

import (
	"testing"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pattern"
)

// A socket that has sent to its one peer sends there without asking its type,
// until there is a reason to.
func TestFastSend(t *testing.T) {
	for name, then := range map[string]func(t *testing.T, push *pattern.Socket, peer *joint){
		"no frame": func(t *testing.T, push *pattern.Socket, _ *joint) {
			expectError(t, "no frame", push.TrySend(message.Msg{}), pattern.ErrNoFrame)
		},
		"closed": func(t *testing.T, push *pattern.Socket, _ *joint) {
			push.Close()
			expectError(t, "closed", push.TrySend(msg("x")), pattern.ErrClosed)
		},
		"full": func(t *testing.T, push *pattern.Socket, peer *joint) {
			if n := fill(push); n != 9 {
				t.Errorf("%d more fit, want 9", n)
			}
			for range 10 {
				expect(t, peer.b, "x")
			}
			if n := fill(push); n != 10 {
				t.Errorf("%d fit, want 10", n)
			}
		},
		"no peer": func(t *testing.T, push *pattern.Socket, peer *joint) {
			peer.part()
			expectError(t, "without a peer", push.TrySend(msg("x")), pattern.ErrWouldBlock)
		},
		"two peers": func(t *testing.T, push *pattern.Socket, peer *joint) {
			other := pattern.NewPull(hwm(10))
			join(t, push, other)
			expect(t, peer.b, "x")
			for range 4 {
				send(t, push, "y")
			}
			for _, s := range []*pattern.Socket{peer.b, other, peer.b, other} {
				expect(t, s, "y")
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			push, peers := pushTo(t, 1, hwm(10))
			send(t, push, "x")
			then(t, push, peers[0])
		})
	}
}

// A PUB uses the fast path to its one subscriber while that wants everything.
func TestFastSendToASubscriber(t *testing.T) {
	for name, tt := range map[string]struct {
		then func(t *testing.T, one, other *pattern.Socket)
		got  [2]bool // whether each is sent "b"
	}{
		"nothing":                 {func(*testing.T, *pattern.Socket, *pattern.Socket) {}, [2]bool{true, false}},
		"another subscriber":      {func(t *testing.T, _, other *pattern.Socket) { subscribe(t, other, "") }, [2]bool{true, true}},
		"another topic":           {func(t *testing.T, _, other *pattern.Socket) { subscribe(t, other, "b") }, [2]bool{true, true}},
		"no subscriber":           {func(t *testing.T, one, _ *pattern.Socket) { unsubscribe(t, one, "") }, [2]bool{}},
		"a narrower subscription": {func(t *testing.T, one, _ *pattern.Socket) { subscribe(t, one, "a"); unsubscribe(t, one, "") }, [2]bool{}},
		"a subscription besides":  {func(t *testing.T, one, _ *pattern.Socket) { subscribe(t, one, "b") }, [2]bool{true, false}},
		"the other one in its place": {func(t *testing.T, one, other *pattern.Socket) {
			unsubscribe(t, one, "")
			subscribe(t, other, "")
		}, [2]bool{false, true}},
	} {
		t.Run(name, func(t *testing.T) {
			pub, subs := pattern.NewPub(defaults()), [2]*pattern.Socket{pattern.NewSub(defaults()), pattern.NewSub(defaults())}
			subscribe(t, subs[0], "")
			for _, s := range subs {
				join(t, pub, s)
			}
			send(t, pub, "a")
			expect(t, subs[0], "a")
			tt.then(t, subs[0], subs[1])
			send(t, pub, "b")
			for i, got := range tt.got {
				if got {
					expect(t, subs[i], "b")
				}
				expectNothing(t, subs[i])
			}
			if got := pub.Stats().Dropped[pattern.DropNoSubscriber]; (got == 1) != (tt.got == [2]bool{}) {
				t.Errorf("%d messages were dropped because there was no subscriber", got)
			}
		})
	}
}

// A full subscriber misses messages also on the fast path, and that is counted.
func TestFastSendDropsAtTheHighWaterMark(t *testing.T) {
	pub, sub := pattern.NewPub(hwm(3)), pattern.NewSub(hwm(3))
	subscribe(t, sub, "")
	join(t, pub, sub)
	for range 10 {
		send(t, pub, "x")
	}
	expectDrops(t, pub, map[pattern.DropReason]uint64{pattern.DropHighWater: 7})
}

// A REQ has a state, so its send is called for each message.
func TestNoFastSendForReq(t *testing.T) {
	req, rep := pattern.NewReq(defaults()), pattern.NewRep(defaults())
	join(t, req, rep)
	send(t, req, "q")
	expectError(t, "out of turn", req.TrySend(msg("q")), pattern.ErrState)
}
