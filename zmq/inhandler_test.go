package zmq_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq"
)

// A call that waits, in a handler on a context's own dispatcher, would wait for
// itself: it is refused, and has no other effect.
func TestWaitingInHandler(t *testing.T) {
	for _, dispatchers := range []int{1, 2} {
		before := proactor.Dispatchers()
		c, err := zmq.NewContext(zmq.ContextOptions{Dispatchers: dispatchers})
		if err != nil {
			t.Fatal(err)
		}
		own := slices.DeleteFunc(proactor.Dispatchers(), func(d *proactor.Dispatcher) bool { return slices.Contains(before, d) })
		if len(own) != dispatchers {
			t.Fatalf("%d dispatchers are new, want %d", len(own), dispatchers)
		}
		pull, err := c.NewSocket(zmq.PULL, zmq.Options{})
		if err != nil {
			t.Fatal(err)
		}
		push, err := c.NewSocket(zmq.PUSH, zmq.Options{Linger: zmq.NoLinger})
		if err != nil {
			t.Fatal(err)
		}
		if err := pull.Bind("tcp://127.0.0.1:*"); err != nil {
			t.Fatal(err)
		}
		ctx := context.Background()
		for _, d := range own {
			calls := map[string]func() error{
				"Recv":             func() error { _, err := pull.Recv(ctx); return err },
				"Send":             func() error { return push.SendBytes(ctx, []byte("x")) },
				"Unbind":           func() error { return pull.Unbind(pull.LastEndpoint()) },
				"Socket.Close":     pull.Close,
				"Socket.Shutdown":  func() error { return pull.Shutdown(ctx) },
				"Context.Close":    c.Close,
				"Context.Shutdown": func() error { return c.Shutdown(ctx) },
			}
			done := make(chan struct{})
			op := proactor.Operation{Handler: proactor.HandlerFunc(func(*proactor.Operation) {
				for name, call := range calls {
					if err := call(); !errors.Is(err, proactor.ErrInHandler) {
						t.Errorf("%s in a handler: %v", name, err)
					}
				}
				close(done)
			})}
			d.Post(&op)
			<-done
		}
		if err := push.Connect(pull.LastEndpoint()); err != nil {
			t.Fatal(err)
		}
		if err := push.SendBytes(ctx, []byte("y")); err != nil {
			t.Error(err)
		}
		if b, err := pull.RecvBytes(ctx); string(b) != "y" || err != nil {
			t.Errorf("received %q, %v", b, err)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
}
