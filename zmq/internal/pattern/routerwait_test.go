package pattern_test

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pattern"
)

// waitToSend starts a Send that has to wait, and returns when it waits.
func waitToSend(t *testing.T, ctx context.Context, s *pattern.Socket, frames ...string) <-chan error {
	t.Helper()
	before := pattern.Senders(s)
	result := make(chan error, 1)
	go func() { result <- s.Send(ctx, msg(frames...)) }()
	for pattern.Senders(s) == before {
		if ctx.Err() != nil {
			t.Fatal("the sender does not wait")
		}
		runtime.Gosched()
	}
	return result
}

// fullRouter is a mandatory ROUTER with peers a and b that have no room.
func fullRouter(t *testing.T) (ctx context.Context, router *pattern.Socket, a, b *joint) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(cancel)
	router = pattern.NewRouter(mandatory(1))
	a = join(t, pattern.NewDealer(hwm(1)), router, "a")
	b = join(t, pattern.NewDealer(hwm(1)), router, "b")
	for _, id := range []string{"a", "b"} {
		for router.TrySend(msg(id, "x")) == nil {
		}
	}
	return ctx, router, a, b
}

// Senders of a mandatory ROUTER wait for different peers in one queue: room at
// a peer, or its end, must reach the sender that waits for that peer, anywhere
// in the queue.
func TestRouterWakesAllSenders(t *testing.T) {
	t.Run("room", func(t *testing.T) {
		ctx, router, a, b := fullRouter(t)
		first := waitToSend(t, ctx, router, "a", "1")
		second := waitToSend(t, ctx, router, "b", "2")
		receiveAll(b.a)
		expectError(t, "the second sender, to whose peer there is room", <-second, nil)
		receiveAll(a.a)
		expectError(t, "the first sender", <-first, nil)
	})
	t.Run("the peer of the second leaves", func(t *testing.T) {
		ctx, router, a, b := fullRouter(t)
		first := waitToSend(t, ctx, router, "a", "1")
		second := waitToSend(t, ctx, router, "b", "2")
		b.part()
		expectError(t, "the second sender, whose peer has left", <-second, pattern.ErrUnroutable)
		receiveAll(a.a)
		expectError(t, "the first sender", <-first, nil)
	})
	t.Run("the peer of both leaves", func(t *testing.T) {
		ctx, router, a, _ := fullRouter(t)
		first := waitToSend(t, ctx, router, "a", "1")
		second := waitToSend(t, ctx, router, "a", "2")
		a.part()
		expectError(t, "the first sender", <-first, pattern.ErrUnroutable)
		expectError(t, "the second sender", <-second, pattern.ErrUnroutable)
	})
	t.Run("another takes the place", func(t *testing.T) {
		o := mandatory(1)
		o.Options.RouterHandover = true
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		router := pattern.NewRouter(o)
		for _, id := range []string{"a", "b"} {
			join(t, pattern.NewDealer(hwm(1)), router, id)
			for router.TrySend(msg(id, "x")) == nil {
			}
		}
		first := waitToSend(t, ctx, router, "a", "1")
		second := waitToSend(t, ctx, router, "b", "2")
		next := pattern.NewDealer(hwm(1))
		join(t, next, router, "b")
		expectError(t, "the second sender, whose peer is another now", <-second, nil)
		expect(t, next, "2")
		join(t, pattern.NewDealer(hwm(1)), router, "a")
		expectError(t, "the first sender", <-first, nil)
	})
}

// A peer leaves while its consumer still holds messages: there is no room yet,
// but nothing to wait for either.
func TestRouterWakesAllSendersToAPeerThatWrites(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	router := pattern.NewRouter(mandatory(1))
	p := attached(t, router)
	in := router.NewIn(pattern.NewDealer(defaults()).NewOut())
	in.Peer = p
	if err := router.Connected(p, in, []byte("a")); err != nil {
		t.Fatal(err)
	}
	p.Out.Attach(&lazy{out: p.Out}, true)
	send(t, router, "a", "x")
	var taken message.Batch
	p.Out.Take(&taken)
	var waiting []<-chan error
	for range 3 {
		waiting = append(waiting, waitToSend(t, ctx, router, "a", "1"))
	}
	router.Disconnected(p)
	for i := range waiting {
		expectError(t, "a sender whose peer has left", <-waiting[i], pattern.ErrUnroutable)
	}
	p.Out.Detach(&taken)
	router.Detach(p, true)
}

// counted is a context that counts the contexts that watch it.
type counted struct {
	context.Context
	watchers, all atomic.Int32
}

// Value hides that the context is one of package context's, which are watched
// by other means.
func (c *counted) Value(any) any { return nil }

// AfterFunc is called by contexts that are derived from c.
func (c *counted) AfterFunc(f func()) (stop func() bool) {
	c.watchers.Add(1)
	c.all.Add(1)
	stopped := context.AfterFunc(c.Context, f)
	return func() bool {
		ok := stopped()
		if ok {
			c.watchers.Add(-1)
		}
		return ok
	}
}

// A Send that has waited, and succeeded in time, leaves nothing behind in the
// caller's context.
func TestSendThatWaitedLeavesNothing(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	watched := &counted{Context: ctx}
	o := hwm(1)
	o.Options.SendTimeout = time.Hour
	push, pull := pattern.NewPush(o), pattern.NewPull(hwm(1))
	join(t, push, pull)
	for range 10 {
		fill(push)
		waiting := waitToSend(t, watched, push, "y")
		receiveAll(pull)
		expectError(t, "the sender", <-waiting, nil)
		if n := watched.watchers.Load(); n != 0 {
			t.Fatalf("watched by %d after the call", n)
		}
	}
	if watched.all.Load() != 10 {
		t.Errorf("watched by %d calls, want 10", watched.all.Load())
	}
}

// A sender that has given up is out of the queue: later room goes to the sender
// behind it.
func TestSenderThatGaveUpIsNotWoken(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	push, pull := pattern.NewPush(hwm(1)), pattern.NewPull(hwm(1))
	join(t, push, pull)
	fill(push)
	impatient, giveUp := context.WithCancel(ctx)
	first := waitToSend(t, impatient, push, "first")
	second := waitToSend(t, ctx, push, "second")
	giveUp()
	expectError(t, "the first sender", <-first, context.Canceled)
	if n := pattern.Senders(push); n != 1 {
		t.Errorf("%d wait, want 1", n)
	}
	last := ""
	for {
		m, err := pull.TryRecv()
		if err != nil {
			break
		}
		last = string(m.Bytes())
	}
	expectError(t, "the second sender", <-second, nil)
	if last != "second" { // it may have come while earlier messages were received
		expect(t, pull, "second")
	}
}

// Two receivers wait, and two messages come at once, with one notification: the
// first receiver wakes the second.
func TestReceiverWakesTheNext(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	push, pull := pattern.NewPush(defaults()), pattern.NewPull(defaults())
	results := make(chan error, 3)
	for range 3 {
		before := pattern.Receivers(pull)
		go func() {
			_, err := pull.Recv(ctx)
			results <- err
		}()
		for pattern.Receivers(pull) == before {
			if ctx.Err() != nil {
				t.Fatal("the receiver does not wait")
			}
			runtime.Gosched()
		}
	}
	from, to := peer(push), peer(pull)
	if err := errors.Join(push.Attach(from), pull.Attach(to)); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		send(t, push, "x") // there is a pipe already
	}
	in := pull.NewIn(from.Out)
	in.Peer = to
	if err := pull.Connected(to, in, nil); err != nil {
		t.Fatal(err)
	}
	from.Out.Attach(in, true)
	in.Ready()
	for range 3 {
		expectError(t, "a receiver", <-results, nil)
	}
}

// receiveAll makes room by receiving everything.
func receiveAll(s *pattern.Socket) {
	for {
		if _, err := s.TryRecv(); err != nil {
			return
		}
	}
}
