package zmq_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/actum-go/actum/zmq"
)

// With NoDrop a publisher waits for its slowest subscriber: no subscriber misses
// a message, whatever the high-water marks.
func TestNoDrop(t *testing.T) {
	const n = 20_000
	for name, ep := range endpoints(t) {
		t.Run(name, func(t *testing.T) {
			needTransport(t, name)
			ctx := deadline(t)
			c := newContext(t)
			pub := newSocket(t, c, zmq.PUB, zmq.Options{NoDrop: true, SendHWM: 10})
			must(t, pub.Bind(ep))
			received := make(chan error)
			for range 3 {
				sub := newSocket(t, c, zmq.SUB, zmq.Options{RecvHWM: 10, Subscribe: []string{""}})
				must(t, sub.Connect(pub.LastEndpoint()))
				go func() {
					for i := range n {
						b, err := sub.RecvBytes(ctx)
						if err == nil && string(b) != fmt.Sprint(i) {
							err = fmt.Errorf("message %d is %q", i, b)
						}
						if err != nil {
							received <- err
							return
						}
					}
					received <- nil
				}()
			}
			for pub.Stats().Subscriptions < 3 {
				must(t, ctx.Err())
				runtime.Gosched()
			}
			for i := range n {
				must(t, pub.SendBytes(ctx, fmt.Append(nil, i)))
			}
			for range 3 {
				must(t, <-received)
			}
			if dropped := pub.Stats().Dropped; len(dropped) > 0 {
				t.Errorf("dropped: %v", dropped)
			}
		})
	}
}
