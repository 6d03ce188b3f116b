package pattern_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/actum-go/actum/zmq/internal/pattern"
	"github.com/actum-go/actum/zmq/internal/pipe"
)

// enough is a number of messages for receivers to take them without the lock.
const enough = 40

// published makes a socket that has received one of enough messages of one
// peer: the others are published. They are numbered from 1.
func published(t *testing.T) (push, pull *pattern.Socket) {
	t.Helper()
	push, pull = pattern.NewPush(defaults()), pattern.NewPull(defaults())
	join(t, push, pull)
	for i := range enough {
		send(t, push, fmt.Sprint(i))
	}
	expect(t, pull, "0")
	return push, pull
}

// Events at a socket with published messages.
func TestFastPath(t *testing.T) {
	for name, then := range map[string]func(t *testing.T, pull *pattern.Socket) (next int){
		"nothing": func(*testing.T, *pattern.Socket) int { return 1 },
		"statistics": func(t *testing.T, pull *pattern.Socket) int {
			expect(t, pull, "1")
			expect(t, pull, "2")
			if got, want := pull.Stats().Received, (pipe.Counter{Msgs: 3, Bytes: 3}); got != want {
				t.Errorf("received %v, want %v", got, want)
			}
			return 3
		},
		"a message for each token": func(t *testing.T, pull *pattern.Socket) int {
			ready := pull.CanRecv()
			for i := 1; i < enough-10; i++ {
				if !token(ready) {
					t.Fatalf("no token with %d messages left", enough-i)
				}
				expect(t, pull, fmt.Sprint(i))
			}
			return enough - 10
		},
		"a peer that has nothing": func(t *testing.T, pull *pattern.Socket) int {
			join(t, pattern.NewPush(defaults()), pull)
			return 1
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, pull := published(t)
			for i := then(t, pull); i < enough; i++ {
				expect(t, pull, fmt.Sprint(i))
			}
			expectNothing(t, pull)
			if got := pull.Stats().Received.Msgs; got != enough {
				t.Errorf("%d count as received, want %d", got, enough)
			}
		})
	}
}

func TestFastPathEndsWithTheSocket(t *testing.T) {
	_, pull := published(t)
	pull.Close()
	_, err := pull.TryRecv()
	expectError(t, "receiving", err, pattern.ErrClosed)
	if got := pull.Stats().Received.Msgs; got != 1 {
		t.Errorf("%d count as received, want 1", got)
	}
}

// Another peer that has a message is received from in turn, at once. It is
// connected before the messages are published: a peer that joins revokes them.
func TestFastPathIsFair(t *testing.T) {
	push, other, pull := pattern.NewPush(defaults()), pattern.NewPush(defaults()), pattern.NewPull(defaults())
	join(t, push, pull)
	join(t, other, pull)
	for i := range enough {
		send(t, push, fmt.Sprint(i))
	}
	expect(t, pull, "0")
	expect(t, pull, "1") // the other peer was asked, and has nothing
	if !pattern.Published(pull) {
		t.Fatal("nothing is published")
	}
	send(t, other, "other")
	send(t, other, "other")
	got := ""
	for range 4 {
		m, err := pull.TryRecv()
		if err != nil {
			t.Fatal(err)
		}
		got += string(m.Bytes()) + " "
	}
	if got != "2 other 3 other " && got != "other 2 other 3 " {
		t.Errorf("received %q", got)
	}
	for i := 4; i < enough; i++ {
		expect(t, pull, fmt.Sprint(i))
	}
}

// Messages that do not match any more are not received after Unsubscribe.
func TestFastPathEndsWithTheSubscription(t *testing.T) {
	for _, prefix := range []string{"", "a"} {
		pub, sub := pattern.NewPub(defaults()), pattern.NewSub(defaults())
		subscribe(t, sub, prefix, "b")
		join(t, pub, sub)
		for range enough {
			send(t, pub, "a")
		}
		send(t, pub, "b")
		expect(t, sub, "a")
		expect(t, sub, "a")
		unsubscribe(t, sub, prefix)
		expect(t, sub, "b")
		expectNothing(t, sub)
		expectDrops(t, sub, map[pattern.DropReason]uint64{pattern.DropNotSubscribed: enough - 2})
	}
}

// Published messages make room as early as others: when half of what a full
// pipe holds has been received.
func TestFastPathKeepsTheHighWaterMark(t *testing.T) {
	for _, mark := range []int{1, 2, 7, 32, 40, 1000, 1001} {
		push, pull := pattern.NewPush(hwm(mark)), pattern.NewPull(hwm(mark))
		join(t, push, pull)
		if n := fill(push); n != mark {
			t.Fatalf("mark %d: %d messages fit", mark, n)
		}
		step := max(mark/4, 1)
		for received := 1; received <= mark; received++ {
			expect(t, pull, "x")
			want := mark-received/step*step <= mark/2
			if got := push.TrySend(msg("x")) == nil; got != want {
				t.Fatalf("mark %d: room after %d received: %v, want %v", mark, received, got, want)
			} else if got {
				break
			}
		}
	}
}

// Many goroutines receive, and others read the socket's state all the time:
// each message is received once.
func TestFastPathWithManyReceivers(t *testing.T) {
	push, pull := pattern.NewPush(defaults()), pattern.NewPull(defaults())
	join(t, push, pull)
	const n, receivers = 20_000, 4
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var seen [n]atomic.Int32
	var left atomic.Int32
	left.Store(n)
	var busy sync.WaitGroup
	for range receivers {
		busy.Go(func() {
			for {
				m, err := pull.Recv(ctx)
				if err != nil {
					return
				}
				i := 0
				fmt.Sscan(string(m.Bytes()), &i)
				seen[i].Add(1)
				if left.Add(-1) == 0 {
					cancel()
				}
			}
		})
	}
	busy.Go(func() {
		for ctx.Err() == nil {
			pull.Stats()
		}
	})
	for i := range n {
		if err := push.Send(ctx, msg(fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
	}
	busy.Wait()
	for i := range seen {
		if got := seen[i].Load(); got != 1 {
			t.Fatalf("message %d came %d times", i, got)
		}
	}
}
