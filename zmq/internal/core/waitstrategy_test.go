package core

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"testing"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// A goroutine that is the only one to wait for a message dispatches meanwhile: the
// handlers run inside its Recv. A wait that was given up is counted no longer: otherwise
// the next receiver would not be the only one.
func TestWaitingReceiverLeads(t *testing.T) {
	s := Made(t, wire.PULL, option.Values{})
	led := false
	for range 10_000 { // a dispatcher that is busy refuses a leader now and then
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			_, err := s.Recv(ctx)
			ended <- err
		}()
		for range 10 {
			led = led || callsHandlersIn(s.ctx, "(*Dispatcher).leadUntil(")
			runtime.Gosched()
		}
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if led {
			break
		}
	}
	if !led {
		t.Error("it has not dispatched")
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
