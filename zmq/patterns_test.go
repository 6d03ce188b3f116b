package zmq_test

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/actum-go/actum/zmq"
)

// endpoints to bind, one for each transport.
func endpoints(t *testing.T) map[string]string {
	return map[string]string{
		"tcp":    "tcp://127.0.0.1:*",
		"ipc":    "ipc://" + filepath.Join(t.TempDir(), "s"),
		"inproc": "inproc://" + t.Name(),
	}
}

func TestPushPull(t *testing.T) {
	for name, ep := range endpoints(t) {
		t.Run(name, func(t *testing.T) {
			needTransport(t, name)
			ctx := deadline(t)
			c := newContext(t)
			pull, push := newSocket(t, c, zmq.PULL, zmq.Options{}), newSocket(t, c, zmq.PUSH, zmq.Options{})
			must(t, pull.Bind(ep))
			must(t, push.Connect(pull.LastEndpoint()))
			const n = 100_000
			go func() {
				for i := range n {
					if err := push.SendBytes(ctx, fmt.Appendf(nil, "%d", i)); err != nil {
						t.Error(err)
						return
					}
				}
			}()
			for i := range n {
				b, err := pull.RecvBytes(ctx)
				must(t, err)
				if string(b) != fmt.Sprint(i) {
					t.Fatalf("message %d is %q", i, b)
				}
			}
		})
	}
}

func TestLargeFrames(t *testing.T) {
	for name, ep := range endpoints(t) {
		t.Run(name, func(t *testing.T) {
			needTransport(t, name)
			ctx := deadline(t)
			c := newContext(t)
			pull, push := newSocket(t, c, zmq.PULL, zmq.Options{}), newSocket(t, c, zmq.PUSH, zmq.Options{})
			must(t, push.Bind(ep))
			must(t, pull.Connect(push.LastEndpoint()))
			sizes := []int{0, 1, 255, 256, 4095, 4096, 32 << 10, 32<<10 + 1, 64 << 10, 1 << 20, 3 << 20, 17}
			// Any part of it that begins at another place differs everywhere.
			pattern := make([]byte, 256+3<<20)
			for i := range pattern {
				pattern[i] = byte(i)
			}
			want := func(round, size int) []byte { return pattern[byte(size+round):][:size] }
			go func() {
				for round := range 20 {
					for _, size := range sizes {
						m := zmq.AllocMsg(size)
						copy(m.Bytes(), want(round, size))
						if err := push.Send(ctx, m); err != nil {
							t.Error(err)
						}
					}
				}
			}()
			for round := range 20 {
				for _, size := range sizes {
					m, err := pull.Recv(ctx)
					must(t, err)
					if m.Size() != size {
						t.Fatalf("%d bytes instead of %d", m.Size(), size)
					}
					if !bytes.Equal(m.Bytes(), want(round, size)) {
						t.Fatalf("the bytes of a message of %d are wrong in round %d", size, round)
					}
					m.Release()
				}
			}
		})
	}
}

func TestReqRep(t *testing.T) {
	for name, ep := range endpoints(t) {
		t.Run(name, func(t *testing.T) {
			needTransport(t, name)
			ctx := deadline(t)
			c := newContext(t)
			rep, req := newSocket(t, c, zmq.REP, zmq.Options{}), newSocket(t, c, zmq.REQ, zmq.Options{})
			must(t, rep.Bind(ep))
			must(t, req.Connect(rep.LastEndpoint()))
			if _, err := req.Recv(ctx); !errors.Is(err, zmq.ErrState) {
				t.Fatalf("receiving before asking: %v", err)
			}
			for i := range 1000 {
				must(t, req.SendFrames(ctx, []byte("question"), fmt.Append(nil, i)))
				if err := req.SendBytes(ctx, nil); !errors.Is(err, zmq.ErrState) {
					t.Fatalf("asking twice: %v", err)
				}
				f, err := rep.RecvFrames(ctx)
				must(t, err)
				if len(f) != 2 || string(f[1]) != fmt.Sprint(i) {
					t.Fatalf("request %q", f)
				}
				must(t, rep.SendBytes(ctx, f[1]))
				b, err := req.RecvBytes(ctx)
				must(t, err)
				if string(b) != fmt.Sprint(i) {
					t.Fatalf("reply %q", b)
				}
			}
		})
	}
}

func TestPubSub(t *testing.T) {
	for name, ep := range endpoints(t) {
		t.Run(name, func(t *testing.T) {
			needTransport(t, name)
			ctx := deadline(t)
			c := newContext(t)
			pub, sub := newSocket(t, c, zmq.PUB, zmq.Options{}), newSocket(t, c, zmq.SUB, zmq.Options{Subscribe: []string{"a"}})
			must(t, pub.Bind(ep))
			must(t, sub.Connect(pub.LastEndpoint()))
			for pub.Stats().Subscriptions == 0 {
				must(t, ctx.Err())
				runtime.Gosched()
			}
			must(t, pub.SendBytes(ctx, []byte("a0")))
			must(t, pub.SendBytes(ctx, []byte("b")))
			must(t, pub.SendBytes(ctx, []byte("a1")))
			for _, want := range []string{"a0", "a1"} {
				b, err := sub.RecvBytes(ctx)
				must(t, err)
				if string(b) != want {
					t.Fatalf("received %q instead of %q", b, want)
				}
			}
		})
	}
}

func TestDealerRouter(t *testing.T) {
	for name, ep := range endpoints(t) {
		t.Run(name, func(t *testing.T) {
			needTransport(t, name)
			ctx := deadline(t)
			c := newContext(t)
			router := newSocket(t, c, zmq.ROUTER, zmq.Options{RouterMandatory: true})
			dealer := newSocket(t, c, zmq.DEALER, zmq.Options{RoutingID: []byte("me")})
			must(t, router.Bind(ep))
			must(t, dealer.Connect(router.LastEndpoint()))
			must(t, dealer.SendFrames(ctx, []byte("x"), nil, []byte("y")))
			f, err := router.RecvFrames(ctx)
			must(t, err)
			if fmt.Sprintf("%q", f) != `["me" "x" "" "y"]` {
				t.Fatalf("received %q", f)
			}
			must(t, router.SendFrames(ctx, []byte("me"), []byte("back")))
			b, err := dealer.RecvBytes(ctx)
			must(t, err)
			if string(b) != "back" {
				t.Fatalf("received %q", b)
			}
			if err := router.SendFrames(ctx, []byte("you"), nil); !errors.Is(err, zmq.ErrUnroutable) {
				t.Fatalf("to an unknown peer: %v", err)
			}
		})
	}
}

func TestConnectBeforeBindAndReconnect(t *testing.T) {
	for name, ep := range endpoints(t) {
		t.Run(name, func(t *testing.T) {
			needTransport(t, name)
			ctx := deadline(t)
			c := newContext(t)
			// A port that is free, most likely, when it is bound again.
			first := newSocket(t, c, zmq.PULL, zmq.Options{})
			must(t, first.Bind(ep))
			ep = first.LastEndpoint()
			must(t, first.Close())

			push := newSocket(t, c, zmq.PUSH, zmq.Options{ReconnectInterval: 10 * time.Millisecond})
			must(t, push.Connect(ep))
			for round := range 3 {
				must(t, push.SendBytes(ctx, fmt.Append(nil, round)))
				pull := newSocket(t, c, zmq.PULL, zmq.Options{})
				must(t, pull.Bind(ep))
				b, err := pull.RecvBytes(ctx)
				must(t, err)
				if string(b) != fmt.Sprint(round) {
					t.Fatalf("received %q in round %d", b, round)
				}
				must(t, pull.Close())
				// What is written before the end is seen is lost.
				for push.Stats().Peers > 0 {
					must(t, ctx.Err())
					runtime.Gosched()
				}
			}
		})
	}
}
