package pattern_test

import (
	"testing"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pattern"
)

// A socket that has sent to its one peer sends there without asking its type: until
// there is a reason to.
func TestShortWay(t *testing.T) {
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
			expectError(t, "to nobody", push.TrySend(msg("x")), pattern.ErrWouldBlock)
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

// A REQ has a state, and is asked each time.
func TestNoShortWayForReq(t *testing.T) {
	req, rep := pattern.NewReq(defaults()), pattern.NewRep(defaults())
	join(t, req, rep)
	send(t, req, "q")
	expectError(t, "out of turn", req.TrySend(msg("q")), pattern.ErrState)
}
