package zmq_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/actum-go/actum/zmq"
)

// A server that restarts leaves no more messages behind than the receive
// high-water mark allows: until the program receives them, no connection is made.
func TestServerThatComesAndGoes(t *testing.T) {
	const mark = 10
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	c := newContext(t)
	pull, err := c.NewSocket(zmq.PULL, zmq.Options{RecvHWM: mark, ReconnectInterval: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	serve := func(at string) (*zmq.Socket, string) {
		push, err := c.NewSocket(zmq.PUSH, zmq.Options{SendHWM: 1})
		if err != nil {
			t.Fatal(err)
		}
		if err := push.Bind(at); err != nil {
			t.Fatal(err)
		}
		return push, push.LastEndpoint()
	}
	push, at := serve("tcp://127.0.0.1:*")
	if err := pull.Connect(at); err != nil {
		t.Fatal(err)
	}
	for range mark {
		if err := push.SendBytes(ctx, []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	if err := push.Close(); err != nil {
		t.Fatal(err)
	}
	push, _ = serve(at)
	for !strings.Contains(lastError(pull), "not received yet") {
		if ctx.Err() != nil {
			t.Fatalf("the socket says %q of its endpoint", lastError(pull))
		}
		runtime.Gosched()
	}
	if err := push.TrySend(zmq.NewMsg([]byte("y"))); !errors.Is(err, zmq.ErrWouldBlock) {
		t.Errorf("sending to a peer that is full: %v, want ErrWouldBlock", err)
	}
	for range mark {
		if m, err := pull.Recv(ctx); err != nil || m.Size() != 1 {
			t.Fatal(err)
		}
	}
	if err := push.SendBytes(ctx, []byte("z")); err != nil {
		t.Fatal(err)
	}
	if b, err := pull.RecvBytes(ctx); err != nil || string(b) != "z" {
		t.Errorf("received %q, %v", b, err)
	}
	for _, s := range []*zmq.Socket{push, pull} {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// lastError is the error of the socket's one endpoint.
func lastError(s *zmq.Socket) string {
	for _, e := range s.Stats().Endpoints {
		if e.LastError != nil {
			return e.LastError.Error()
		}
	}
	return ""
}
