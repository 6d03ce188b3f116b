package zmq_test

import (
	"fmt"
	"net"
	"testing"

	"github.com/actum-go/actum/zmq"
)

// subscription is the form of a subscription: a message in ZMTP 3.0 (RFC 23), a
// command from 3.1 on (RFC 37).
type subscription struct {
	minor             byte
	flags             byte
	subscribe, cancel string // what comes before the prefix
}

var subscriptions = []subscription{
	{minor: 0, flags: 0, subscribe: "\x01", cancel: "\x00"},
	{minor: 1, flags: 4, subscribe: "\x09SUBSCRIBE", cancel: "\x06CANCEL"},
	{minor: 2, flags: 4, subscribe: "\x09SUBSCRIBE", cancel: "\x06CANCEL"},
}

func eachSubscription(t *testing.T, test func(t *testing.T, how subscription)) {
	for _, how := range subscriptions {
		t.Run(fmt.Sprint("3.", how.minor), func(t *testing.T) { test(t, how) })
	}
}

// TestSubscribeToVersions: our SUB speaks the publisher's version.
func TestSubscribeToVersions(t *testing.T) {
	eachSubscription(t, func(t *testing.T, how subscription) {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		must(t, err)
		t.Cleanup(func() { listener.Close() })
		sub := newSocket(t, newContext(t), zmq.SUB, zmq.Options{Subscribe: []string{"first"}})
		must(t, sub.Connect("tcp://"+listener.Addr().String()))

		pub := acceptRaw(t, listener)
		pub.write(rawGreeting(how.minor, "NULL"), rawReady("PUB"))
		pub.readHandshake()
		pub.hears(how.flags, how.subscribe+"first")
		must(t, sub.Subscribe("")) // everything
		pub.hears(how.flags, how.subscribe)
		must(t, sub.Subscribe("first")) // the publisher knows
		must(t, sub.Unsubscribe("first"))
		must(t, sub.Unsubscribe("first"))
		pub.hears(how.flags, how.cancel+"first")
		must(t, sub.Unsubscribe(""))
		pub.hears(how.flags, how.cancel)
	})
}

// TestPublishToVersions: our PUB understands the subscriber's version, and sends
// only messages with a subscription.
func TestPublishToVersions(t *testing.T) {
	eachSubscription(t, func(t *testing.T, how subscription) {
		ctx := deadline(t)
		pub := newSocket(t, newContext(t), zmq.PUB, zmq.Options{Linger: zmq.NoLinger})
		must(t, pub.Bind("tcp://127.0.0.1:*"))
		sub := dialRaw(t, address(pub))
		sub.write(rawGreeting(how.minor, "NULL"), rawReady("SUB"))
		sub.readHandshake()

		publish := func(done <-chan struct{}, topics ...string) {
			for {
				for _, topic := range topics {
					must(t, pub.SendBytes(ctx, []byte(topic)))
				}
				select {
				case <-done:
					return
				default:
				}
			}
		}
		// hearsOnly has both published until the one has been heard, and nothing else
		// but what was on its way.
		hearsOnly := func(wanted, other, before string) {
			heard := make(chan struct{})
			go func() {
				defer close(heard)
				for {
					switch _, body := sub.readFrame(); string(body) {
					case wanted:
						return
					case before:
					default:
						t.Errorf("heard %q, subscribed to %q", body, wanted)
						return
					}
				}
			}()
			publish(heard, other, wanted)
		}
		sub.write(rawFrame(how.flags, []byte(how.subscribe+"a")))
		hearsOnly("a1", "b1", "")
		sub.write(rawFrame(how.flags, []byte(how.cancel+"a")), rawFrame(how.flags, []byte(how.subscribe+"b")))
		hearsOnly("b2", "c2", "a1")
		hearsOnly("b3", "a3", "b2")
	})
}

// hears checks the next frame.
func (r *raw) hears(flags byte, body string) {
	r.Helper()
	if gotFlags, got := r.readFrame(); gotFlags != flags || string(got) != body {
		r.Fatalf("heard a frame with flags %#x and body %q instead of %#x, %q", gotFlags, got, flags, body)
	}
}

// TestAnswerVersions: a request of a peer of each version gets a reply in the
// right frames.
func TestAnswerVersions(t *testing.T) {
	for minor := range byte(3) {
		t.Run(fmt.Sprint("3.", minor), func(t *testing.T) {
			ctx := deadline(t)
			rep := newSocket(t, newContext(t), zmq.REP, zmq.Options{})
			must(t, rep.Bind("tcp://127.0.0.1:*"))
			req := dialRaw(t, address(rep))
			req.write(rawGreeting(minor, "NULL"), rawReady("REQ"))
			req.readHandshake()
			req.write(rawFrame(1, []byte("envelope")), rawFrame(1, nil), rawFrame(1, []byte("a")), rawFrame(0, []byte("b")))
			request, err := rep.RecvFrames(ctx)
			must(t, err)
			if fmt.Sprintf("%q", request) != `["a" "b"]` {
				t.Fatalf("the request is %q", request)
			}
			must(t, rep.SendFrames(ctx, nil, make([]byte, 256)))
			req.hears(1, "envelope")
			req.hears(1, "")
			req.hears(1, "")
			req.hears(2, string(make([]byte, 256)))
		})
	}
}
