package zmq_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/actum-go/actum/zmq"
)

// watched is a context that counts its AfterFunc calls.
type watched struct {
	context.Context
	watchers, all atomic.Int32
}

// Value hides that the context is one of package context's, which registers those
// in another way.
func (w *watched) Value(any) any { return nil }

// AfterFunc is called by context.AfterFunc, and by contexts derived from this
// one.
func (w *watched) AfterFunc(f func()) (stop func() bool) {
	w.watchers.Add(1)
	w.all.Add(1)
	stopped := context.AfterFunc(w.Context, f)
	return func() bool {
		ok := stopped()
		if ok {
			w.watchers.Add(-1)
		}
		return ok
	}
}

// A call that has returned leaves nothing registered with its context, which may
// live long.
func TestContextIsNotWatchedAfterwards(t *testing.T) {
	for name, timeout := range map[string]time.Duration{"without a timeout": 0, "with a timeout": time.Hour} {
		t.Run(name, func(t *testing.T) {
			everyTransport(t, func(f *fixture) {
				o := zmq.Options{SendTimeout: timeout, RecvTimeout: timeout, SendHWM: 1, RecvHWM: 1}
				pair, peer := f.Socket(zmq.PAIR, o), f.Socket(zmq.PAIR, o)
				f.Link(pair, peer)
				ctx := &watched{Context: f.Ctx}
				for round := range 200 {
					echoed := async(func() error {
						m, err := peer.Recv(f.Ctx)
						if err != nil {
							return err
						}
						return peer.Send(f.Ctx, m)
					})
					must(t, pair.Send(ctx, zmq.StringMsg("x")))
					if _, err := pair.Recv(ctx); err != nil {
						t.Fatal(err)
					}
					must(t, <-echoed)
					if n := ctx.watchers.Load(); n != 0 {
						t.Fatalf("round %d: watched by %d after the calls", round, n)
					}
				}
				if ctx.all.Load() == 0 && (timeout > 0 || f.Transport != "inproc") {
					t.Error("no call has watched the context")
				}
			})
		})
	}
}

// Neither does a call that fails because its socket's timeout passes.
func TestContextIsNotWatchedAfterATimeout(t *testing.T) {
	f := newFixture(t, "tcp")
	s := f.Socket(zmq.DEALER, zmq.Options{SendTimeout: time.Microsecond, RecvTimeout: time.Microsecond})
	ctx := &watched{Context: f.Ctx}
	for range 20 {
		_, err := s.Recv(ctx)
		for _, err := range []error{err, s.Send(ctx, zmq.StringMsg("x"))} {
			if !errors.Is(err, zmq.ErrTimeout) {
				t.Fatal(err)
			}
		}
		if n := ctx.watchers.Load(); n != 0 {
			t.Fatalf("watched by %d after the calls", n)
		}
	}
	if ctx.all.Load() == 0 {
		t.Error("no call has watched the context")
	}
}
