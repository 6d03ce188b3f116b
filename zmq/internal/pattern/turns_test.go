package pattern

import (
	"fmt"
	"testing"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// heardBy joins a PUB, through an Inbox, to a peer that consists of the Inbox's
// content only.
func heardBy(t *testing.T, s *Socket) (*pipe.Peer, *pipe.Inbox) {
	t.Helper()
	inbox := pipe.NewInbox(pipe.Limits{}, nil)
	p := &pipe.Peer{Out: s.NewOut()}
	p.Out.Peer = p
	in := s.NewIn(inbox)
	in.Peer = p
	inbox.Open(in)
	if err := s.Attach(p); err != nil {
		t.Fatal(err)
	}
	if err := s.Connected(p, in, nil); err != nil {
		t.Fatal(err)
	}
	return p, inbox
}

// says makes a batch of n subscriptions, or cancellations.
func says(what wire.Action, n int) (b message.Batch) {
	for i := range n {
		b.AppendSubscription(wire.Subscription{Action: what, Topic: fmt.Append(nil, i)})
	}
	return b
}

// Subscriptions of one peer are taken in turns, between which others get the
// locks.
func TestSubscriptionsAreTakenInTurns(t *testing.T) {
	const n = 10 * turnSize
	for _, what := range []wire.Action{wire.Subscribe, wire.Cancel} {
		s := NewPub(Config{})
		kind := s.behaviour.(*pub)
		peer, inbox := heardBy(t, s)
		if what == wire.Cancel {
			inbox.Put(says(wire.Subscribe, n))
		}
		before := kind.index.Len()
		// The test itself notifies the peer's In, below.
		quiet := pipe.NewIn(inbox, pipe.Limits{}, silent{}, &s.received)
		quiet.Peer = peer
		peer.In = quiet
		inbox.Open(quiet)
		inbox.Put(says(what, n))
		turns := 0
		for s.turn(func() bool { return kind.take(quiet) }) {
			turns++
			done := before - kind.index.Len()
			if what == wire.Subscribe {
				done = -done
			}
			if done != turns*turnSize {
				t.Fatalf("%d done in %d turns", done, turns)
			}
		}
		if turns != n/turnSize {
			t.Errorf("%d turns, want %d", turns, n/turnSize)
		}
		s.Close()
	}
}

type silent struct{}

func (silent) Readable(*pipe.In) {}

// A peer that leaves matches nothing from then on; its subscriptions are swept
// in turns.
func TestLeavingIsDoneInTurns(t *testing.T) {
	const n = 10 * turnSize
	s := NewPub(Config{})
	defer s.Close()
	kind := s.behaviour.(*pub)
	peer, inbox := heardBy(t, s)
	inbox.Put(says(wire.Subscribe, n))
	kind.sweeping = true // the test sweeps
	s.Disconnected(peer)
	if got := s.Stats(); got.Subscriptions != 0 || kind.index.Prefixes() != n-turnSize {
		t.Fatalf("%d subscriptions, and %d prefixes are left", got.Subscriptions, kind.index.Prefixes())
	}
	if err := s.TrySend(message.Single([]byte("7"))); err != nil {
		t.Fatal(err)
	}
	if got := s.Drops.Counts(); got[DropNoSubscriber] != 1 {
		t.Fatalf("a peer that has left is sent to: dropped %v", got)
	}
	turns := 1
	for ; kind.sweepTurn(); turns++ {
		if got, want := kind.index.Prefixes(), n-(turns+1)*turnSize; got != want {
			t.Fatalf("%d prefixes are left after %d turns, want %d", got, turns+1, want)
		}
	}
	if kind.index.Prefixes() != 0 || kind.sweeping {
		t.Fatalf("%d prefixes are left", kind.index.Prefixes())
	}
}

// A message that a peer sent before it left, and that was not taken until then,
// has no effect, neither on that peer nor on the next one with its pipe.
func TestSentBeforeItLeft(t *testing.T) {
	s := NewPub(Config{})
	defer s.Close()
	peer, _ := heardBy(t, s)
	late := pipe.NewInbox(pipe.Limits{}, nil)
	in := s.NewIn(late)
	in.Peer = peer
	late.Open(in)
	s.Disconnected(peer)
	late.Put(says(wire.Subscribe, 3))
	if n := s.Stats().Subscriptions; n != 0 {
		t.Fatalf("%d subscriptions of a peer that is gone", n)
	}
	next := pipe.NewInbox(pipe.Limits{}, nil)
	again := s.NewIn(next)
	again.Peer = peer
	next.Open(again)
	if err := s.Connected(peer, again, nil); err != nil {
		t.Fatal(err)
	}
	late.Put(says(wire.Subscribe, 3))
	next.Put(says(wire.Subscribe, 1))
	if n := s.Stats().Subscriptions; n != 1 {
		t.Fatalf("%d subscriptions of a peer that is back with one", n)
	}
}

// Messages that the socket cannot receive are dropped in turns too, between
// which others get the lock: a peer may send them without end.
func TestMessagesAreDroppedInTurns(t *testing.T) {
	const n = 3 * turnSize
	for name, tt := range map[string]struct {
		s    *Socket
		turn func(s *Socket, in *pipe.In) (more bool)
		why  DropReason
	}{
		"SUB": {NewSub(Config{}), recvTurn, DropNotSubscribed},
		"REP": {NewRep(Config{}), recvTurn, DropMalformed},
		"REQ": {NewReq(Config{}), recvTurn, DropMalformed},
		"PUSH": {NewPush(Config{}), func(s *Socket, in *pipe.In) bool {
			return s.turn(func() bool { return s.behaviour.(*push).drop(in) })
		}, DropUnexpected},
		"REQ, stale": {NewReq(Config{}), func(s *Socket, _ *pipe.In) bool {
			return s.turn(s.behaviour.(*req).drop)
		}, DropUnexpected},
	} {
		t.Run(name, func(t *testing.T) {
			defer tt.s.Close()
			peer, _ := heardBy(t, tt.s)
			if kind, ok := tt.s.behaviour.(*req); ok {
				kind.asked = peer
			}
			inbox := pipe.NewInbox(pipe.Limits{}, nil)
			in := pipe.NewIn(inbox, pipe.Limits{}, silent{}, &tt.s.received)
			in.Peer = peer
			inbox.Open(in)
			var b message.Batch
			for i := range n {
				b.Append(message.Single(fmt.Append(nil, i)), message.GatherMin)
			}
			inbox.Put(b)
			if name != "PUSH" {
				tt.s.receiveQueue.addReady(in)
			}
			turn := 1
			for ; tt.turn(tt.s, in); turn++ {
				if dropped := tt.s.Drops.Counts()[tt.why]; dropped != uint64(turn*turnSize) {
					t.Fatalf("%d dropped in %d turns", dropped, turn)
				}
			}
			if dropped := tt.s.Drops.Counts()[tt.why]; dropped != n || turn != n/turnSize+1 {
				t.Errorf("%d dropped in %d turns, want %d in %d", dropped, turn, n, n/turnSize+1)
			}
		})
	}
}

// recvTurn reports whether a turn of receiving has ended before there was
// nothing left.
func recvTurn(s *Socket, _ *pipe.In) (more bool) {
	s.lockRecv()
	defer s.recvMu.Unlock()
	_, err := s.behaviour.recv()
	return err == errTurn
}
