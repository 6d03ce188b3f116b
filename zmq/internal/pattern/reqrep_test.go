package pattern_test

import (
	"testing"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pattern"
)

func TestReqTurns(t *testing.T) {
	req, rep := pattern.NewReq(defaults()), pattern.NewRep(defaults())
	expectError(t, "asking without a peer", req.TrySend(msg("q")), pattern.ErrWouldBlock)
	join(t, req, rep)
	for range 3 {
		_, err := req.TryRecv()
		expectError(t, "receiving before asking", err, pattern.ErrState)
		expectError(t, "replying before a request", rep.TrySend(msg("r")), pattern.ErrState)
		send(t, req, "question", "part 2")
		expectError(t, "asking twice", req.TrySend(msg("q")), pattern.ErrState)
		expectNothing(t, req)
		expect(t, rep, "question", "part 2")
		_, err = rep.TryRecv()
		expectError(t, "the next request before the reply", err, pattern.ErrState)
		send(t, rep, "reply")
		expectError(t, "replying twice", rep.TrySend(msg("r")), pattern.ErrState)
		expectNothing(t, rep)
		expect(t, req, "reply")
	}
	expectDrops(t, req, map[pattern.DropReason]uint64{})
	expectDrops(t, rep, map[pattern.DropReason]uint64{})
}

// A relaxed REQ that gives its request up, and finds no peer for the next one,
// has no request: it does not wait for a reply that was dropped.
func TestReqGivesUpWithoutAPeer(t *testing.T) {
	o := defaults()
	o.Options.ReqRelaxed = true
	req, rep := pattern.NewReq(o), pattern.NewRep(defaults())
	j := join(t, req, rep)
	send(t, req, "q")
	expect(t, rep, "q")
	send(t, rep, "r")
	j.part()
	expectError(t, "asking without a peer", req.TrySend(msg("q")), pattern.ErrWouldBlock)
	_, err := req.TryRecv()
	expectError(t, "receiving without a request", err, pattern.ErrState)
}

func TestReqAsksInTurn(t *testing.T) {
	req := pattern.NewReq(defaults())
	reps := []*pattern.Socket{pattern.NewRep(defaults()), pattern.NewRep(defaults())}
	for _, r := range reps {
		join(t, req, r)
	}
	for i := range 4 {
		send(t, req, "q")
		expectNothing(t, reps[(i+1)%2])
		expect(t, reps[i%2], "q")
		send(t, reps[i%2], "r")
		expect(t, req, "r")
	}
}

// On the wire an empty frame is before the request, and before the reply.
func TestReqEnvelope(t *testing.T) {
	req, peer := pattern.NewReq(defaults()), pattern.NewDealer(defaults())
	join(t, req, peer)
	send(t, req, "a", "b")
	expect(t, peer, "", "a", "b")
	for _, malformed := range [][]string{{""}, {"r"}, {"x", "", "r"}} {
		send(t, peer, malformed...)
	}
	expectNothing(t, req)
	send(t, peer, "", "r", "s")
	send(t, peer, "", "late")
	expect(t, req, "r", "s")
	expectDrops(t, req, map[pattern.DropReason]uint64{pattern.DropMalformed: 3})
}

// Only the peer that has the request may reply; other messages are dropped.
func TestReqDropsRepliesOutOfTurn(t *testing.T) {
	req := pattern.NewReq(defaults())
	asked, other := pattern.NewDealer(defaults()), pattern.NewDealer(defaults())
	join(t, req, asked)
	join(t, req, other)
	send(t, other, "", "before it was asked")
	send(t, req, "q")
	send(t, other, "", "not asked")
	expectNothing(t, req)
	expect(t, asked, "", "q")
	send(t, asked, "", "r")
	expect(t, req, "r")
	expectDrops(t, req, map[pattern.DropReason]uint64{pattern.DropUnexpected: 2})
}

// The reply is sent behind everything up to the empty frame.
func TestRepKeepsTheEnvelope(t *testing.T) {
	rep, peer := pattern.NewRep(defaults()), pattern.NewDealer(defaults())
	join(t, peer, rep)
	for _, tt := range []struct{ envelope, body []string }{
		{[]string{""}, []string{"q"}},
		{[]string{"hop 1", "hop 2", ""}, []string{"q", "", "part 3"}},
		{[]string{""}, []string{""}},
	} {
		send(t, peer, append(append([]string(nil), tt.envelope...), tt.body...)...)
		expect(t, rep, tt.body...)
		send(t, rep, "r", "s")
		expect(t, peer, append(append([]string(nil), tt.envelope...), "r", "s")...)
	}
	for _, malformed := range [][]string{{""}, {"no empty frame"}, {"a", "b"}, {"a", ""}} {
		send(t, peer, malformed...)
	}
	expectNothing(t, rep)
	expectDrops(t, rep, map[pattern.DropReason]uint64{pattern.DropMalformed: 4})
}

// A REP never waits: the reply is dropped if the asker has left, or has no room
// for it.
func TestRepDropsReplies(t *testing.T) {
	t.Run("asker gone", func(t *testing.T) {
		rep, peer := pattern.NewRep(defaults()), pattern.NewReq(defaults())
		j := join(t, peer, rep)
		send(t, peer, "q")
		expect(t, rep, "q")
		j.part()
		send(t, rep, "r")
		expectDrops(t, rep, map[pattern.DropReason]uint64{pattern.DropPeerGone: 1})
		expectNothing(t, rep) // its turn has passed all the same
	})
	t.Run("asker gone before its request was received", func(t *testing.T) {
		rep, peer := pattern.NewRep(defaults()), pattern.NewReq(defaults())
		j := join(t, peer, rep)
		send(t, peer, "q")
		rep.Disconnected(j.pb)
		rep.Detach(j.pb, true)
		expect(t, rep, "q")
		send(t, rep, "r")
		expectDrops(t, rep, map[pattern.DropReason]uint64{pattern.DropPeerGone: 1})
	})
	t.Run("asker gone with its reply queued", func(t *testing.T) {
		rep, peer := pattern.NewRep(defaults()), pattern.NewDealer(defaults())
		j := join(t, peer, rep)
		send(t, peer, "", "q")
		expect(t, rep, "q")
		send(t, rep, "r")
		rep.Disconnected(j.pb)
		expectDrops(t, rep, map[pattern.DropReason]uint64{pattern.DropPeerGone: 1})
		expectNothing(t, peer)
	})
	t.Run("asker full", func(t *testing.T) {
		rep, peer := pattern.NewRep(hwm(1)), pattern.NewDealer(defaults())
		join(t, peer, rep)
		for range 3 {
			send(t, peer, "", "q")
			expect(t, rep, "q")
			send(t, rep, "r")
		}
		expectDrops(t, rep, map[pattern.DropReason]uint64{pattern.DropHighWater: 2})
	})
}

// Requests of several peers are received in turn, and each gets its reply.
func TestRepServesAllInTurn(t *testing.T) {
	rep := pattern.NewRep(defaults())
	a, b := pattern.NewDealer(defaults()), pattern.NewDealer(defaults())
	join(t, a, rep)
	join(t, b, rep)
	for range 2 {
		send(t, a, "", "a")
		send(t, b, "", "b")
	}
	for range 2 {
		for _, peer := range []struct {
			*pattern.Socket
			name string
		}{{a, "a"}, {b, "b"}} {
			expect(t, rep, peer.name)
			send(t, rep, "to "+peer.name)
			expect(t, peer.Socket, "", "to "+peer.name)
		}
	}
}

// Large frames pass through envelopes unharmed.
func TestReqRepLargeFrames(t *testing.T) {
	req, rep := pattern.NewReq(defaults()), pattern.NewRep(defaults())
	join(t, req, rep)
	large := make([]byte, 3*message.GatherMin)
	send(t, req, string(large), "x", string(large))
	expect(t, rep, string(large), "x", string(large))
	send(t, rep, string(large))
	expect(t, req, string(large))
}
