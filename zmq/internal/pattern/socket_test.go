package pattern_test

import (
	"context"
	"errors"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/pattern"
	"github.com/actum-go/actum/zmq/internal/pipe"
)

// types are all the patterns and their capabilities.
var types = map[string]struct {
	make              func(pattern.Config) *pattern.Socket
	sends, receives   bool
	subscribes, waits bool // to send
}{
	"PUSH":   {make: pattern.NewPush, sends: true, waits: true},
	"PULL":   {make: pattern.NewPull, receives: true},
	"PUB":    {make: pattern.NewPub, sends: true},
	"SUB":    {make: pattern.NewSub, receives: true, subscribes: true},
	"REQ":    {make: pattern.NewReq, sends: true, receives: true, waits: true},
	"REP":    {make: pattern.NewRep, sends: true, receives: true},
	"DEALER": {make: pattern.NewDealer, sends: true, receives: true, waits: true},
	"ROUTER": {make: pattern.NewRouter, sends: true, receives: true},
	"PAIR":   {make: pattern.NewPair, sends: true, receives: true, waits: true},
}

func TestWhatTypesDo(t *testing.T) {
	for name, typ := range types {
		t.Run(name, func(t *testing.T) {
			s := typ.make(defaults())
			if err := s.TrySend(msg("a", "b")); errors.Is(err, pattern.ErrNotSupported) == typ.sends {
				t.Errorf("sending: %v", err)
			} else if errors.Is(err, pattern.ErrWouldBlock) != typ.waits {
				t.Errorf("sending without a peer: %v", err)
			}
			if _, err := s.TryRecv(); errors.Is(err, pattern.ErrNotSupported) == typ.receives {
				t.Errorf("receiving: %v", err)
			}
			for _, err := range []error{s.Subscribe(nil), s.Unsubscribe(nil)} {
				if errors.Is(err, pattern.ErrNotSupported) == typ.subscribes {
					t.Errorf("subscribing: %v", err)
				}
			}
			if err := s.TrySend(message.Msg{}); !errors.Is(err, pattern.ErrNoFrame) {
				t.Errorf("sending no frame: %v", err)
			}
		})
	}
}

// After Close every call fails in the same way.
func TestClosed(t *testing.T) {
	for name, typ := range types {
		t.Run(name, func(t *testing.T) {
			s := typ.make(defaults())
			s.Close()
			_, recvErr := s.TryRecv()
			errs := map[string]error{
				"TrySend": s.TrySend(msg("a", "b")), "Send": s.Send(context.Background(), msg("a", "b")),
				"TryRecv": recvErr, "Attach": s.Attach(peer(s)),
			}
			_, errs["Recv"] = s.Recv(context.Background())
			if typ.subscribes {
				errs["Subscribe"], errs["Unsubscribe"] = s.Subscribe(nil), s.Unsubscribe(nil)
			}
			for call, err := range errs {
				if !errors.Is(err, pattern.ErrClosed) || !errors.Is(err, net.ErrClosed) {
					t.Errorf("%s: %v", call, err)
				}
			}
		})
	}
}

// Close ends all calls that wait.
func TestCloseEndsWhatWaits(t *testing.T) {
	s := pattern.NewDealer(defaults())
	results := make(chan error)
	const each = 4
	for range each {
		go func() { results <- s.Send(context.Background(), msg("a")) }()
		go func() {
			_, err := s.Recv(context.Background())
			results <- err
		}()
	}
	s.Close()
	for range 2 * each {
		if err := <-results; !errors.Is(err, pattern.ErrClosed) {
			t.Fatalf("got %v", err)
		}
	}
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	s := pattern.NewDealer(defaults())
	for _, tt := range []struct {
		make func() (context.Context, context.CancelFunc)
		want error
	}{
		{func() (context.Context, context.CancelFunc) { return context.WithCancel(context.Background()) }, context.Canceled},
		{func() (context.Context, context.CancelFunc) {
			return context.WithTimeout(context.Background(), time.Millisecond)
		}, context.DeadlineExceeded},
	} {
		ctx, cancel := tt.make()
		results := make(chan error)
		go func() { results <- s.Send(ctx, msg("a")) }()
		go func() {
			_, err := s.Recv(ctx)
			results <- err
		}()
		if tt.want == context.Canceled {
			cancel()
		}
		for range 2 {
			if err := <-results; !errors.Is(err, tt.want) {
				t.Fatalf("got %v, want %v", err, tt.want)
			}
		}
		cancel()
	}
}

// A waiter that gives up passes its wake-up on: with room for one message, and
// others that come and go all the time, every sender that stays gets through.
func TestNoWakeUpIsLost(t *testing.T) {
	push, pull := pattern.NewPush(hwm(1)), pattern.NewPull(hwm(1))
	join(t, push, pull)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	done, finish := context.WithCancel(ctx)
	var patient, others sync.WaitGroup
	for range 2 {
		others.Go(func() {
			for done.Err() == nil {
				impatient, giveUp := context.WithTimeout(ctx, 20*time.Microsecond)
				_ = push.Send(impatient, msg("x"))
				_, _ = pull.Recv(impatient)
				giveUp()
			}
		})
		others.Go(func() {
			for done.Err() == nil {
				_, _ = pull.Recv(done)
			}
		})
	}
	for range 4 {
		patient.Go(func() {
			for range 200 {
				if err := push.Send(ctx, msg("x")); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	patient.Wait()
	finish()
	others.Wait()
}

func TestPairHasOnePeer(t *testing.T) {
	a, b, c := pattern.NewPair(defaults()), pattern.NewPair(defaults()), pattern.NewPair(defaults())
	j := join(t, a, b)
	if _, err := tryJoin(c, a); err != pattern.ErrSecondPeer {
		t.Fatalf("the second peer: %v", err)
	}
	send(t, a, "to b")
	send(t, b, "to a", "")
	expect(t, b, "to b")
	expect(t, a, "to a", "")
	j.part()
	join(t, a, pattern.NewPair(defaults()))
}

// Marks in bytes bound the payload that waits; an empty pipe takes any message.
func TestHighWaterMarkInBytes(t *testing.T) {
	o := with(option.Values{SendHWM: -1, RecvHWM: -1, SendHWMBytes: 100, RecvHWMBytes: 100})
	push, peers := pushTo(t, 1, o)
	for _, tt := range []struct{ size, fits int }{{30, 4}, {100, 1}, {100_000, 1}} {
		n := 0
		for push.TrySend(message.Single(make([]byte, tt.size))) == nil {
			n++
		}
		if n != tt.fits {
			t.Errorf("%d messages of %d bytes fit, want %d", n, tt.size, tt.fits)
		}
		for range n {
			if _, err := peers[0].b.TryRecv(); err != nil {
				t.Fatal(err)
			}
		}
		expectNothing(t, peers[0].b)
	}
}

func TestStats(t *testing.T) {
	push, peers := pushTo(t, 2, defaults())
	for range 3 {
		send(t, push, "ab", "c")
	}
	expect(t, peers[0].b, "ab", "c")
	expect(t, peers[0].b, "ab", "c")
	got := peers[0].b.Stats()
	if want := (pipe.Counter{Msgs: 2, Bytes: 6}); got.Received != want || got.Peers != 1 {
		t.Errorf("receiver: %+v", got)
	}
	expectNothing(t, peers[0].b)
	got = push.Stats()
	if want := (pipe.Counter{Msgs: 2, Bytes: 6}); got.Sent != want || got.Peers != 2 {
		t.Errorf("sender: %+v", got)
	}
	peers[1].part()
	got = push.Stats()
	if got.Dropped[pattern.DropPeerGone] != 1 || got.Peers != 1 {
		t.Errorf("sender after a peer left: %+v", got)
	}
}

func TestDropReasons(t *testing.T) {
	seen := map[string]bool{}
	for r := pattern.DropHighWater; r <= pattern.DropTooLarge; r++ {
		if name := r.String(); name == "" || seen[name] {
			t.Errorf("reason %d is called %q", r, name)
		} else {
			seen[name] = true
		}
	}
}
