package zmq

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"testing"

	"github.com/actum-go/actum/proactor"
)

// A goroutine that is the only one to wait for a message dispatches meanwhile: the
// handlers run inside its Recv. A wait that was given up is counted no longer, and what
// it needed is not kept.
func TestWaitingReceiverLeads(t *testing.T) {
	s := made(t, PULL, Options{})
	strategy := s.ctx.waitStrategy.(*waitStrategy)
	led := false
	for range 10_000 { // a dispatcher that is busy refuses a leader now and then
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			_, err := s.Recv(ctx)
			ended <- err
		}()
		for range 10 {
			led = led || callsHandlersIn(s.ctx, "(*waitStrategy).lead(")
			runtime.Gosched()
		}
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if n := strategy.waiting.Load(); n != 0 {
			t.Fatalf("%d goroutines are counted as waiting, want none", n)
		}
		if led {
			break
		}
	}
	if !led {
		t.Error("it has not dispatched")
	}
	for range 4 {
		l, _ := strategy.leaders.Get().(*leader)
		if l != nil && (l.ctx != nil || l.waiter != nil) {
			t.Errorf("what a wait needed is kept: %+v", l)
		}
	}
}

// callsHandlersIn reports whether the dispatcher's goroutine is inside the function
// when it calls a handler.
func callsHandlersIn(c *Context, function string) (inside bool) {
	called := make(chan struct{})
	op := proactor.Operation{Handler: proactor.HandlerFunc(func(*proactor.Operation) {
		stack := make([]byte, 16<<10)
		inside = bytes.Contains(stack[:runtime.Stack(stack, false)], []byte(function))
		close(called)
	})}
	c.dispatchers[0].Post(&op)
	<-called
	return inside
}

// A leader is alone unless another goroutine waits, in Recv or for a channel's token.
func TestLeaderAlone(t *testing.T) {
	s := new(waitStrategy)
	l := leader{strategy: s}
	s.waiting.Add(1) // the leader itself
	if !l.Alone() {
		t.Error("the only goroutine that waits is not alone")
	}
	s.WaitingElsewhere()
	if l.Alone() {
		t.Error("a goroutine waits elsewhere, and the leader is alone")
	}
}
