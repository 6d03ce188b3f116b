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

// enough messages for receivers to take them without the lock.
const enough = 40

// loaned is a socket that has received one of enough messages of one peer: the
// others are on loan. They are numbered from 1.
func loaned(t *testing.T) (push, pull *pattern.Socket) {
	t.Helper()
	push, pull = pattern.NewPush(defaults()), pattern.NewPull(defaults())
	join(t, push, pull)
	for i := range enough {
		send(t, push, fmt.Sprint(i))
	}
	expect(t, pull, "0")
	return push, pull
}

// What happens to a socket whose messages are on loan.
func TestLoan(t *testing.T) {
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
			_, pull := loaned(t)
			for i := then(t, pull); i < enough; i++ {
				expect(t, pull, fmt.Sprint(i))
			}
			expectNothing(t, pull)
			if got := pull.Stats().Received.Msgs; got != enough {
				t.Errorf("%d are said to be received, want %d", got, enough)
			}
		})
	}
}

func TestLoanEndsWithTheSocket(t *testing.T) {
	_, pull := loaned(t)
	pull.Close()
	_, err := pull.TryRecv()
	expectError(t, "receiving", err, pattern.ErrClosed)
	if got := pull.Stats().Received.Msgs; got != 1 {
		t.Errorf("%d are said to be received, want 1", got)
	}
}

// Another peer that has something is received from in turn, at once. It is there
// before the loan begins: a peer that joins ends it.
func TestLoanIsFair(t *testing.T) {
	push, other, pull := pattern.NewPush(defaults()), pattern.NewPush(defaults()), pattern.NewPull(defaults())
	join(t, push, pull)
	join(t, other, pull)
	for i := range enough {
		send(t, push, fmt.Sprint(i))
	}
	expect(t, pull, "0")
	expect(t, pull, "1") // the other one was asked, and has nothing
	if !pattern.OnLoan(pull) {
		t.Fatal("nothing is on loan")
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

// What is not wanted any more is not received after Unsubscribe.
func TestLoanEndsWithTheSubscription(t *testing.T) {
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

// Room is made as early as without a loan: when half of what a full pipe holds has
// been received.
func TestLoanKeepsTheHighWaterMark(t *testing.T) {
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

// Many receive, and others look at the socket all the while: each message is
// received once.
func TestLoanToMany(t *testing.T) {
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
