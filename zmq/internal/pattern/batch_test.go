package pattern_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/pattern"
)

// numbered makes messages of one frame: "0", "1" ...
func numbered(n int) (ms []message.Msg) {
	for i := range n {
		ms = append(ms, msg(fmt.Sprint(i)))
	}
	return ms
}

// sendBatch sends as many messages as it can without waiting; they must be sent
// messages, and the rest must fail with why.
func sendBatch(t *testing.T, s *pattern.Socket, ms []message.Msg, sent int, why error) {
	t.Helper()
	n, err := s.TrySendBatch(ms)
	if n != sent {
		t.Fatalf("%d of %d messages sent (%v), want %d", n, len(ms), err, sent)
	}
	expectError(t, "sending the rest", err, why)
}

// async runs f on a goroutine and sends its result.
func async(f func() error) <-chan error {
	result := make(chan error, 1)
	go func() { result <- f() }()
	return result
}

// expectBatch receives up to most messages, which must be these, each with its frames
// joined by bars.
func expectBatch(t *testing.T, s *pattern.Socket, most int, want ...string) {
	t.Helper()
	ms := make([]message.Msg, most)
	n, err := s.TryRecvBatch(ms)
	if err != nil {
		t.Fatalf("%v instead of %q", err, want)
	}
	got := []string{}
	for i := range ms[:n] {
		var frames []string
		for _, f := range ms[i].Frames() {
			frames = append(frames, string(f))
		}
		got = append(got, strings.Join(frames, "|"))
	}
	if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
		t.Fatalf("received %q, want %q", got, want)
	}
}

// A batch is sent message by message to each peer in turn, those that are full
// passed over.
func TestBatchRoundRobin(t *testing.T) {
	push, peers := pushTo(t, 3, hwm(2))
	sendBatch(t, push, numbered(5), 5, nil)
	expectBatch(t, peers[0].b, 9, "0", "3")
	sendBatch(t, push, numbered(9), 3, pattern.ErrWouldBlock)
	expectBatch(t, peers[0].b, 9, "1", "2")
	expectBatch(t, peers[1].b, 9, "1", "4")
	expectBatch(t, peers[2].b, 9, "2", "0")
}

// The only peer gets exactly as many messages as it has room for, and more as soon as
// it has received some.
func TestBatchStopsAtTheHighWaterMark(t *testing.T) {
	for name, c := range map[string]pattern.Config{
		"messages": hwm(700),
		"bytes":    with(option.Values{SendHWM: -1, RecvHWM: -1, SendHWMBytes: 700, RecvHWMBytes: 700}),
	} {
		t.Run(name, func(t *testing.T) {
			push, pull := pattern.NewPush(c), pattern.NewPull(c)
			join(t, push, pull)
			const one = 700
			if n := fill(push); n != one {
				t.Fatalf("Send sends %d messages, want %d", n, one)
			}
			for range one {
				expect(t, pull, "x")
			}
			expectNothing(t, pull) // credits the rest
			all := make([]message.Msg, 2*one)
			for i := range all {
				all[i] = msg(string(rune('a' + i%26)))
			}
			sendBatch(t, push, all, one, pattern.ErrWouldBlock)
			sendBatch(t, push, all[one:], 0, pattern.ErrWouldBlock)
			got := make([]message.Msg, 3*one)
			n, err := pull.TryRecvBatch(got)
			if n != one || err != nil {
				t.Fatalf("received %d of %d messages: %v", n, one, err)
			}
			for i := range got[:n] {
				if !got[i].Equal(&all[i]) {
					t.Fatalf("message %d: %v, want %v", i, got[i], all[i])
				}
			}
			sendBatch(t, push, all[one:], one, nil)
			if got := push.Stats().Sent.Msgs; got != 2*one {
				t.Errorf("%d messages count as sent, want %d", got, 2*one)
			}
		})
	}
}

// A batch takes a message from each peer in turn, and continues where the last one
// ended.
func TestBatchQueuesFairly(t *testing.T) {
	pull := pattern.NewPull(defaults())
	for _, name := range []string{"a", "b", "c"} {
		push := pattern.NewPush(defaults())
		join(t, push, pull)
		for i := range 3 {
			send(t, push, name+fmt.Sprint(i))
		}
		if name == "a" {
			send(t, push, "a3")
		}
	}
	expectBatch(t, pull, 2, "a0", "b0")
	expect(t, pull, "c0")
	expectBatch(t, pull, 9, "a1", "b1", "c1", "a2", "b2", "c2", "a3")
	expectNothing(t, pull)
}

// A message that cannot be sent ends the batch. Those before it are sent, and those
// behind it are not.
func TestBatchEndsAtAnError(t *testing.T) {
	released := message.Alloc(8)
	alias := released
	released.Release()
	for name, c := range map[string]struct {
		bad message.Msg
		err error
	}{
		"no frame": {message.Msg{}, pattern.ErrNoFrame},
		"released": {alias, pattern.ErrReleased},
	} {
		t.Run(name, func(t *testing.T) {
			push, peers := pushTo(t, 1, defaults())
			for range 2 { // the second batch knows the only peer
				sendBatch(t, push, []message.Msg{msg("1"), msg("2", "3"), c.bad, msg("4")}, 2, c.err)
				expectBatch(t, peers[0].b, 9, "1", "2|3")
				expectNothing(t, peers[0].b)
			}
		})
	}
	t.Run("unroutable", func(t *testing.T) {
		router, dealer := pattern.NewRouter(mandatory(1)), pattern.NewDealer(hwm(1))
		join(t, dealer, router, "d")
		sendBatch(t, router, []message.Msg{msg("d", "1"), msg("e", "2"), msg("d", "3")}, 1, pattern.ErrUnroutable)
		expectBatch(t, dealer, 9, "1")
		expectNothing(t, dealer)
		sendBatch(t, router, []message.Msg{msg("d", "3"), msg("d", "4")}, 1, pattern.ErrWouldBlock)
		expectBatch(t, dealer, 9, "3")
	})
}

// Messages of any form, in one batch.
func TestBatchOfAllForms(t *testing.T) {
	dealer, router := pattern.NewDealer(defaults()), pattern.NewRouter(defaults())
	join(t, dealer, router, "id")
	var all []message.Msg
	for _, size := range []int{0, 1, 255, 256, message.GatherMin - 1, message.GatherMin} {
		body := strings.Repeat("x", size)
		pooled := message.Alloc(size)
		copy(pooled.Bytes(), body)
		all = append(all, msg(body), msg("", body), msg(body, ""), pooled)
	}
	got := make([]message.Msg, len(all)+1)
	for range 3 {
		sendBatch(t, dealer, all, len(all), nil)
		n, err := router.TryRecvBatch(got)
		if n != len(all) || err != nil {
			t.Fatalf("received %d of %d messages: %v", n, len(all), err)
		}
		sendBatch(t, router, got[:n], n, nil)
		n, err = dealer.TryRecvBatch(got)
		if n != len(all) || err != nil {
			t.Fatalf("received %d of %d messages: %v", n, len(all), err)
		}
		for i := range all {
			if !all[i].Equal(&got[i]) {
				t.Fatalf("message %d: %v, want %v", i, got[i], all[i])
			}
		}
	}
}

// Every subscriber gets what it has subscribed to, in order. What came to a SUB that
// has unsubscribed meanwhile is dropped and counted.
func TestBatchIsPublished(t *testing.T) {
	pub := pattern.NewPub(hwm(3))
	all, some := pattern.NewSub(hwm(3)), pattern.NewSub(hwm(3))
	subscribe(t, all, "")
	subscribe(t, some, "1", "3")
	join(t, pub, all)
	join(t, pub, some)
	sendBatch(t, pub, numbered(5), 5, nil)
	expectBatch(t, all, 9, "0", "1", "2")
	expectDrops(t, pub, map[pattern.DropReason]uint64{pattern.DropHighWater: 2})
	unsubscribe(t, some, "1")
	expectBatch(t, some, 9, "3")
	expectDrops(t, some, map[pattern.DropReason]uint64{pattern.DropNotSubscribed: 1})
}

// Where requests and replies alternate, a batch has one of them.
func TestBatchAlternates(t *testing.T) {
	req, rep := pattern.NewReq(defaults()), pattern.NewRep(defaults())
	other := pattern.NewReq(defaults())
	join(t, req, rep)
	join(t, other, rep)
	for range 2 {
		sendBatch(t, req, numbered(2), 1, pattern.ErrState)
		send(t, other, "other")
		expectBatch(t, rep, 9, "0")
		_, err := rep.TryRecvBatch(make([]message.Msg, 9))
		expectError(t, "receiving again", err, pattern.ErrState)
		sendBatch(t, rep, numbered(2), 1, pattern.ErrState)
		expectBatch(t, req, 9, "0")
		expect(t, rep, "other")
		send(t, rep, "reply")
		expect(t, other, "reply")
	}
}

// A message that was put back comes first, and those that were published follow.
func TestBatchBehindOtherReceives(t *testing.T) {
	_, pull := published(t)
	m, _ := pull.TryRecv()
	pull.PutBack(m)
	want := []string{}
	for i := 1; i < enough; i++ {
		want = append(want, fmt.Sprint(i))
	}
	expectBatch(t, pull, 2, want[:2]...)
	expect(t, pull, want[2])
	expect(t, pull, want[3])
	expectBatch(t, pull, 99, want[4:]...)
}

// Calls that cannot send or receive anything.
func TestBatchOfNothing(t *testing.T) {
	push, peers := pushTo(t, 1, defaults())
	pull := peers[0].b
	sendBatch(t, push, nil, 0, nil)
	for _, ms := range [][]message.Msg{nil, {}} {
		if n, err := pull.RecvBatch(context.Background(), ms); n != 0 || err != nil {
			t.Fatalf("receiving into nothing: %d, %v", n, err)
		}
	}
	sendBatch(t, pull, numbered(1), 0, pattern.ErrNotSupported)
	one := make([]message.Msg, 1)
	_, err := push.TryRecvBatch(one)
	expectError(t, "receiving on PUSH", err, pattern.ErrNotSupported)
	kept := msg("kept")
	one[0] = kept
	_, err = pull.TryRecvBatch(one)
	expectError(t, "receiving nothing", err, pattern.ErrWouldBlock)
	if !one[0].Equal(&kept) {
		t.Fatalf("a call that received nothing wrote %v", one[0])
	}
	done, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = push.SendBatch(done, numbered(1))
	expectError(t, "sending with a context that is done", err, context.Canceled)
	_, err = pull.RecvBatch(done, one)
	expectError(t, "receiving with a context that is done", err, context.Canceled)
	push.Close()
	pull.Close()
	sendBatch(t, push, numbered(1), 0, pattern.ErrClosed)
	_, err = pull.TryRecvBatch(one)
	expectError(t, "receiving on a closed socket", err, pattern.ErrClosed)
}

// A batch that waits for room says how much of it was sent when it ends.
func TestBatchThatWaits(t *testing.T) {
	for name, end := range map[string]struct {
		options pattern.Config
		by      func(*pattern.Socket, context.CancelFunc)
		want    error
	}{
		"cancelled": {hwm(2), func(_ *pattern.Socket, cancel context.CancelFunc) { cancel() }, context.Canceled},
		"closed":    {hwm(2), func(s *pattern.Socket, _ context.CancelFunc) { s.Close() }, pattern.ErrClosed},
		"timeout":   {with(option.Values{SendHWM: 2, RecvHWM: 2, SendTimeout: 1}), func(*pattern.Socket, context.CancelFunc) {}, pattern.ErrTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			push, peers := pushTo(t, 1, end.options)
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			var n int
			ended := async(func() (err error) {
				n, err = push.SendBatch(ctx, numbered(9))
				return err
			})
			if end.want != pattern.ErrTimeout {
				for pattern.Senders(push) == 0 {
					runtime.Gosched()
				}
			}
			end.by(push, cancel)
			expectError(t, "sending", <-ended, end.want)
			if n != 2 {
				t.Fatalf("%d messages sent, want 2", n)
			}
			expectBatch(t, peers[0].b, 9, "0", "1")
		})
	}
	t.Run("until there is room", func(t *testing.T) {
		push, peers := pushTo(t, 1, hwm(2))
		const all = 2000
		ended := async(func() error {
			n, err := push.SendBatch(context.Background(), numbered(all))
			if n != all {
				err = fmt.Errorf("%d messages sent: %w", n, err)
			}
			return err
		})
		ms := make([]message.Msg, 3)
		for next := 0; next < all; {
			n, err := peers[0].b.RecvBatch(context.Background(), ms)
			if err != nil {
				t.Fatal(err)
			}
			for i := range ms[:n] {
				if string(ms[i].Bytes()) != fmt.Sprint(next) {
					t.Fatalf("message %d: %q", next, ms[i].Bytes())
				}
				next++
			}
		}
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
	})
}

// A receiver that waits takes all messages of the batch that ends its wait, and a
// batch that leaves some wakes the next receiver.
func TestBatchWakesReceivers(t *testing.T) {
	push, peers := pushTo(t, 1, defaults())
	pull := peers[0].b
	var counts [2]int
	var ended []<-chan error
	for i := range counts {
		ended = append(ended, async(func() (err error) {
			counts[i], err = pull.RecvBatch(context.Background(), make([]message.Msg, 2))
			return err
		}))
	}
	for pattern.Receivers(pull) < 2 {
		runtime.Gosched()
	}
	sendBatch(t, push, numbered(4), 4, nil)
	for _, e := range ended {
		if err := <-e; err != nil {
			t.Fatal(err)
		}
	}
	if counts != [2]int{2, 2} {
		t.Fatalf("received %v", counts)
	}
}

// A batch wakes each consumer once, when all messages are queued and the lock is
// released: the idlers take it. One peer is written to by the sender, as it is by Send.
// Several are left to the dispatcher, which has work for each of them.
func TestBatchWakesEachConsumerOnce(t *testing.T) {
	for name, tt := range map[string]struct {
		socket func(pattern.Config) *pattern.Socket
		other  func(pattern.Config) *pattern.Socket
		frames func(i int) []string
	}{
		"PUSH":   {pattern.NewPush, pattern.NewPull, func(int) []string { return []string{"x"} }},
		"ROUTER": {pattern.NewRouter, pattern.NewDealer, func(i int) []string { return []string{fmt.Sprint(i), "x"} }},
		"PUB":    {pattern.NewPub, pattern.NewSub, func(int) []string { return []string{"x"} }},
	} {
		for _, peers := range []int{1, 3} {
			t.Run(fmt.Sprint(name, " with peers: ", peers), func(t *testing.T) {
				s := tt.socket(defaults())
				var inline, posted int
				for i := range peers {
					other := tt.other(defaults())
					if name == "PUB" {
						subscribe(t, other, "")
					}
					j := join(t, s, other, "", fmt.Sprint(i))
					_, _ = s.TryRecv() // subscriptions
					j.pa.Out.Attach(&idler{j.pa.Out, &inline, &posted}, false)
				}
				var ms []message.Msg
				for i := range 30 {
					ms = append(ms, msg(tt.frames(i%peers)...))
				}
				for round := 1; round <= 3; round++ {
					sendBatch(t, s, ms, len(ms), nil)
					wantInline, wantPosted := 0, round*peers
					if peers == 1 {
						wantInline, wantPosted = round, 0
					}
					if inline != wantInline || posted != wantPosted {
						t.Fatalf("%d inline wakes and %d others after %d batches, want %d and %d", inline, posted, round, wantInline, wantPosted)
					}
				}
				if got := s.Stats().Sent.Msgs; name != "PUB" && got != 90 || name == "PUB" && got != uint64(90*peers) {
					t.Errorf("%d messages were taken", got)
				}
			})
		}
	}
}
