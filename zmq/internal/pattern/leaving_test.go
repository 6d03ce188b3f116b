package pattern_test

import (
	"fmt"
	"runtime"
	"testing"
	"weak"

	"github.com/actum-go/actum/zmq/internal/pattern"
	"github.com/actum-go/actum/zmq/internal/pipe"
)

// A peer leaves at any point of the round: the others are sent to in the same
// order as before.
func TestRoundRobinWhenOneLeaves(t *testing.T) {
	const n = 5
	for sent := range n {
		for leaves := range n {
			push := pattern.NewPush(defaults())
			var pulls []*pattern.Socket
			var joints []*joint
			for range n {
				pull := pattern.NewPull(defaults())
				pulls, joints = append(pulls, pull), append(joints, join(t, push, pull))
			}
			for range sent {
				send(t, push, "before")
			}
			joints[leaves].part()
			var want, got []int
			for i := range n {
				if next := (sent + i) % n; next != leaves {
					want = append(want, next)
				}
			}
			for i := range n - 1 {
				send(t, push, "after")
				for k, pull := range pulls {
					for m, err := pull.TryRecv(); err == nil; m, err = pull.TryRecv() {
						if string(m.Bytes()) == "after" {
							got = append(got, k)
						}
					}
				}
				if len(got) != i+1 {
					t.Fatalf("%d messages were received of %d", len(got), i+1)
				}
			}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("after %d messages %d leaves: the next ones go to %v, want %v", sent, leaves, got, want)
			}
			for i, j := range joints {
				if i != leaves {
					j.part()
				}
			}
		}
	}
}

// A socket keeps nothing of a peer that has left for good.
func TestNothingIsKeptOfAPeerThatLeft(t *testing.T) {
	for name, tt := range map[string]struct {
		make, peer func(pattern.Config) *pattern.Socket
	}{
		"PUSH":   {pattern.NewPush, pattern.NewPull},
		"PULL":   {pattern.NewPull, pattern.NewPush},
		"DEALER": {pattern.NewDealer, pattern.NewDealer},
		"ROUTER": {pattern.NewRouter, pattern.NewDealer},
		"REP":    {pattern.NewRep, pattern.NewReq},
		"PUB":    {pattern.NewPub, pattern.NewSub},
		"SUB":    {pattern.NewSub, pattern.NewPub},
		"PAIR":   {pattern.NewPair, pattern.NewPair},
	} {
		t.Run(name, func(t *testing.T) {
			s := tt.make(defaults())
			defer s.Close()
			var peers []weak.Pointer[pipe.Peer]
			for range 3 {
				peers = append(peers, visit(t, s, tt.peer(defaults())))
			}
			for range 10 {
				runtime.GC()
			}
			for i, p := range peers {
				if p.Value() != nil {
					t.Errorf("peer %d is kept", i)
				}
			}
			runtime.KeepAlive(s)
		})
	}
}

// visit makes a peer come, send and receive, and leave.
func visit(t *testing.T, s, other *pattern.Socket) weak.Pointer[pipe.Peer] {
	j := join(t, s, other)
	_ = other.Subscribe(nil)
	_ = s.Subscribe(nil)
	for range 3 {
		_ = other.TrySend(msg("to it"))
		_, _ = s.TryRecv()
		_ = s.TrySend(msg("from it"))
		_, _ = other.TryRecv()
	}
	_, _ = s.TryRecv()
	_, _ = other.TryRecv()
	j.part()
	other.Close()
	_, _ = s.TryRecv()
	return weak.Make(j.pa)
}

// A SUB does not send subscriptions to a publisher that is away, and sends it
// each one once when it comes back.
func TestSubscribeWhileThePublisherIsAway(t *testing.T) {
	sub, heard := pattern.NewSub(defaults()), pattern.NewDealer(defaults())
	j := join(t, sub, heard)
	queued := func() (n int) {
		for _, err := heard.TryRecv(); err == nil; _, err = heard.TryRecv() {
			n++
		}
		return n
	}
	if err := sub.Subscribe([]byte("a")); err != nil || queued() != 1 {
		t.Fatalf("%v", err)
	}
	for i := range 3 {
		sub.Disconnected(j.pa)
		if err := sub.Subscribe(fmt.Appendf(nil, "b%d", i)); err != nil {
			t.Fatal(err)
		}
		if n := j.pa.Out.Pending(); n != 0 {
			t.Errorf("%d subscriptions wait for a publisher that is away", n)
		}
		in := sub.NewIn(j.pb.Out)
		in.Peer = j.pa
		if err := sub.Connected(j.pa, in, nil); err != nil {
			t.Fatal(err)
		}
		if n := queued() + j.pa.Out.Pending(); n != i+2 {
			t.Errorf("a publisher that comes back is sent %d subscriptions, want %d", n, i+2)
		}
		j.pa.Out.Discard()
	}
	if err := sub.Subscribe([]byte("c")); err != nil {
		t.Fatal(err)
	}
	if n := queued() + j.pa.Out.Pending(); n != 1 {
		t.Errorf("one subscription is sent %d times", n)
	}
}

// A publisher is sent all subscriptions in one turn if that is no more than a
// turn.
func TestTurnsOfSending(t *testing.T) {
	for n, turns := range map[int]int{1: 1, 255: 1, 256: 1, 257: 2, 512: 2, 513: 3} {
		sub := pattern.NewSub(defaults())
		for i := range n {
			if err := sub.Subscribe(fmt.Append(nil, i)); err != nil {
				t.Fatal(err)
			}
		}
		p := attached(t, sub)
		if got := pattern.ConnectInTurns(sub, p); len(got) != turns {
			t.Errorf("%d subscriptions are sent in turns of %v, want %d", n, got, turns)
		}
		sub.Close()
	}
}
