package zmq_test

import (
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/actum-go/actum/zmq"
)

const longest = 1 << 20 // bytes of a prefix

// waitSubscribed waits until a publisher has n subscriptions.
func waitSubscribed(t *testing.T, pub *zmq.Socket, n int) {
	t.Helper()
	ctx := deadline(t)
	for pub.Stats().Subscriptions != n {
		if ctx.Err() != nil {
			t.Fatalf("%d subscriptions, want %d", pub.Stats().Subscriptions, n)
		}
		runtime.Gosched()
	}
}

// Long prefixes are subscribed to and cancelled, and leave the others as they
// are.
func TestLongSubscriptions(t *testing.T) {
	for name, ep := range endpoints(t) {
		t.Run(name, func(t *testing.T) {
			needTransport(t, name)
			c := newContext(t)
			pub := newSocket(t, c, zmq.PUB, zmq.Options{})
			must(t, pub.Bind(ep))
			sub := newSocket(t, c, zmq.SUB, zmq.Options{Subscribe: []string{"other"}})
			must(t, sub.Connect(pub.LastEndpoint()))
			waitSubscribed(t, pub, 1)
			for _, size := range []int{65_526, 65_527, 100_000, longest} {
				prefix := strings.Repeat("p", size)
				must(t, sub.Subscribe(prefix))
				waitSubscribed(t, pub, 2)
				for _, topic := range []string{prefix[1:] + "q", prefix + "and more", "other"} {
					must(t, pub.SendBytes(deadline(t), []byte(topic)))
				}
				for _, want := range []string{prefix + "and more", "other"} {
					if b, err := sub.RecvBytes(deadline(t)); err != nil || string(b) != want {
						t.Fatalf("%d bytes: received %.20q of %d bytes, %v", size, b, len(b), err)
					}
				}
				must(t, sub.Unsubscribe(prefix))
				waitSubscribed(t, pub, 1)
			}
		})
	}
}

// A prefix that publishers would not take is refused where it is given.
func TestTooLongSubscriptions(t *testing.T) {
	c := newContext(t)
	sub := newSocket(t, c, zmq.SUB, zmq.Options{})
	prefix := strings.Repeat("p", longest+1)
	for name, f := range map[string]func(string) error{"Subscribe": sub.Subscribe, "Unsubscribe": sub.Unsubscribe} {
		if err := f(prefix); !errors.Is(err, zmq.ErrLongPrefix) || !strings.Contains(err.Error(), "1048577 bytes") {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := c.NewSocket(zmq.SUB, zmq.Options{Subscribe: []string{"", prefix}})
	var option *zmq.OptionError
	if !errors.As(err, &option) || option.Option != "Subscribe" {
		t.Errorf("NewSocket: %v", err)
	}
	if n := sub.Stats().Subscriptions; n != 0 {
		t.Errorf("%d subscriptions", n)
	}
}

// Both forms of a subscription have the same limit.
func TestSubscriptionFormsHaveOneLimit(t *testing.T) {
	prefix := strings.Repeat("p", longest)
	for name, said := range map[string][]byte{
		"command": rawCommand("SUBSCRIBE", prefix),
		"message": rawFrame(0, []byte("\x01"+prefix)),
	} {
		t.Run(name, func(t *testing.T) {
			pub := newSocket(t, newContext(t), zmq.PUB, zmq.Options{})
			must(t, pub.Bind("tcp://127.0.0.1:0"))
			r := dialRaw(t, strings.TrimPrefix(pub.LastEndpoint(), "tcp://"))
			r.shakeHands("SUB")
			r.write(said)
			waitSubscribed(t, pub, 1)
		})
	}
}

// A peer subscribes and cancels a hundred thousand times. The publisher takes all
// of it while others of the same context exchange messages, and is left with
// nothing.
func TestManyCancels(t *testing.T) {
	n := 50_000
	if testing.Short() {
		n = 5000 // an emulated processor takes longer than the time limit
	}
	c := newContext(t)
	pub := newSocket(t, c, zmq.PUB, zmq.Options{})
	must(t, pub.Bind("tcp://127.0.0.1:0"))
	push, pull := newSocket(t, c, zmq.PUSH, zmq.Options{}), newSocket(t, c, zmq.PULL, zmq.Options{})
	must(t, pull.Bind("tcp://127.0.0.1:0"))
	must(t, push.Connect(pull.LastEndpoint()))
	r := dialRaw(t, strings.TrimPrefix(pub.LastEndpoint(), "tcp://"))
	r.shakeHands("SUB")
	var said []byte
	for _, what := range []string{"SUBSCRIBE", "CANCEL", "CANCEL"} {
		for i := range n {
			topic := [4]byte{byte(i), byte(i >> 8), 1, 2}
			said = append(said, rawCommand(what, string(topic[:]))...)
		}
	}
	said = append(said, rawCommand("SUBSCRIBE", "end")...)
	heard := make(chan struct{})
	go func() {
		r.write(said)
		r.readFrame()
		close(heard)
	}()
	ctx := deadline(t)
	for taken := false; !taken; {
		must(t, push.SendBytes(ctx, []byte("x")))
		_, err := pull.RecvBytes(ctx)
		must(t, err)
		must(t, pub.SendBytes(ctx, []byte("end")))
		select {
		case <-heard:
			taken = true
		default:
		}
	}
	waitSubscribed(t, pub, 1)
}
