package pattern_test

import (
	"fmt"
	"testing"

	"github.com/actum-go/actum/zmq/internal/pattern"
)

// pushTo makes a PUSH with n PULLs.
func pushTo(t *testing.T, n int, o pattern.Config) (*pattern.Socket, []*joint) {
	push := pattern.NewPush(o)
	var peers []*joint
	for range n {
		peers = append(peers, join(t, push, pattern.NewPull(o)))
	}
	return push, peers
}

func TestRoundRobin(t *testing.T) {
	push, peers := pushTo(t, 3, defaults())
	for i := range 9 {
		send(t, push, fmt.Sprint(i))
	}
	for i := range 9 {
		expect(t, peers[i%3].b, fmt.Sprint(i))
	}
}

// A full peer is skipped, and takes part again when it has room.
func TestRoundRobinSkipsFullPeers(t *testing.T) {
	push, peers := pushTo(t, 2, hwm(2))
	if n := fill(push); n != 4 {
		t.Fatalf("two peers with room for two each took %d messages", n)
	}
	expect(t, peers[0].b, "x")
	expect(t, peers[0].b, "x")
	expectNothing(t, peers[0].b)
	if n := fill(push); n != 2 {
		t.Fatalf("one peer with room for two took %d messages", n)
	}
	for range 2 {
		expect(t, peers[0].b, "x")
		expect(t, peers[1].b, "x")
	}
	expectNothing(t, peers[0].b)
	expectNothing(t, peers[1].b)
	for i := range 4 {
		send(t, push, fmt.Sprint(i))
	}
	got := push.Stats().Sent
	if got.Msgs != 6 {
		t.Fatalf("%d messages count as sent, want 6: four wait", got.Msgs)
	}
}

// When a peer leaves the order of the others stays the same.
func TestRoundRobinWithoutOne(t *testing.T) {
	for leaver := range 3 {
		push, peers := pushTo(t, 3, defaults())
		send(t, push, "first")
		expect(t, peers[0].b, "first")
		peers[leaver].part()
		for i := range 4 {
			send(t, push, fmt.Sprint(i))
		}
		turn := 1 // the peer whose turn it was when another left
		for i := range 4 {
			if turn%3 == leaver {
				turn++
			}
			expect(t, peers[turn%3].b, fmt.Sprint(i))
			turn++
		}
	}
}

// A peer that is full and leaves never takes part again.
func TestRoundRobinForgetsAFullPeer(t *testing.T) {
	t.Run("with its messages dropped", func(t *testing.T) {
		push, peers := pushTo(t, 1, hwm(2))
		fill(push)
		peers[0].part()
		expectDrops(t, push, map[pattern.DropReason]uint64{pattern.DropPeerGone: 2})
		expectError(t, "sending without a peer", push.TrySend(msg("lost")), pattern.ErrWouldBlock)
	})
	t.Run("with its messages still to be received", func(t *testing.T) {
		push, peers := pushTo(t, 1, hwm(2))
		fill(push)
		push.Disconnected(peers[0].pa)
		push.Detach(peers[0].pa, false)
		expect(t, peers[0].b, "x")
		expect(t, peers[0].b, "x")
		expectNothing(t, peers[0].b)
		expectError(t, "sending without a peer", push.TrySend(msg("lost")), pattern.ErrWouldBlock)
	})
}

// Receiving takes a message from each peer in turn, however many each has sent.
func TestFairQueueing(t *testing.T) {
	pull := pattern.NewPull(defaults())
	names := "abc"
	for i, name := range names {
		push := pattern.NewPush(defaults())
		join(t, push, pull)
		for range 3 * (i + 1) {
			send(t, push, string(name))
		}
	}
	for range 3 {
		for _, name := range names {
			expect(t, pull, string(name))
		}
	}
	for range 3 {
		expect(t, pull, "b")
		expect(t, pull, "c")
	}
	for range 3 {
		expect(t, pull, "c")
	}
	expectNothing(t, pull)
}

// Messages of a peer that has left can still be received.
func TestReceiveFromPeerThatLeft(t *testing.T) {
	pull, push := pattern.NewPull(defaults()), pattern.NewPush(defaults())
	j := join(t, push, pull)
	send(t, push, "a")
	pull.Disconnected(j.pb)
	pull.Detach(j.pb, false)
	expect(t, pull, "a")
	expectNothing(t, pull)
}

// With Immediate, peers that are not connected get nothing. Otherwise messages
// wait for them.
func TestImmediate(t *testing.T) {
	for _, immediate := range []bool{false, true} {
		o := defaults()
		o.Options.Immediate = immediate
		push := pattern.NewPush(o)
		p := attached(t, push)
		var want error
		if immediate {
			want = pattern.ErrWouldBlock
		}
		expectError(t, "before it is connected", push.TrySend(msg("a")), want)
		if err := push.Connected(p, nil, nil); err != nil {
			t.Fatal(err)
		}
		expectError(t, "connected", push.TrySend(msg("a")), nil)
		push.Disconnected(p)
		expectError(t, "disconnected", push.TrySend(msg("a")), want)
	}
}

// Messages to a PUSH are dropped.
func TestPushReceivesNothing(t *testing.T) {
	push, rude := pattern.NewPush(defaults()), pattern.NewDealer(defaults())
	join(t, push, rude)
	send(t, rude, "a")
	expectDrops(t, push, map[pattern.DropReason]uint64{pattern.DropUnexpected: 1})
}
