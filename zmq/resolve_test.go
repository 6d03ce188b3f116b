package zmq_test

import (
	"context"
	"net"
	"testing"

	"github.com/actum-go/actum/zmq"
)

// silentNames is a resolver whose name servers do not answer. asked holds a token
// after a query.
func silentNames() (r *net.Resolver, asked chan struct{}) {
	asked = make(chan struct{}, 1)
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		select {
		case asked <- struct{}{}:
		default:
		}
		<-ctx.Done()
		return nil, ctx.Err()
	}}, asked
}

// A name server that does not answer, for a peer's name or a source address's,
// delays neither other endpoints nor Close.
func TestSilentNameServer(t *testing.T) {
	for _, endpoint := range []string{"tcp://name.test:5555", "tcp://name.test:*;127.0.0.1:5555"} {
		t.Run(endpoint, func(t *testing.T) {
			names, asked := silentNames()
			f := newFixtureIn(t, "tcp", zmq.ContextOptions{Resolver: names})
			waiting := f.Socket(zmq.PUSH, zmq.Options{Linger: zmq.NoLinger})
			must(t, waiting.Connect(endpoint))
			<-asked
			push, pull := f.Socket(zmq.PUSH, zmq.Options{}), f.Socket(zmq.PULL, zmq.Options{})
			f.Link(pull, push)
			f.exchange(push, pull, "while the name is looked up")
			if e := waiting.Stats().Endpoints[0]; e.State != zmq.EndpointConnecting {
				t.Errorf("%+v", e)
			}
			must(t, waiting.Close())
		})
	}
}

// A Bind that waits for a name server does not block other calls or Close; its
// context ends it too.
func TestBindContext(t *testing.T) {
	names, asked := silentNames()
	f := newFixtureIn(t, "tcp", zmq.ContextOptions{Resolver: names})
	s, peer := f.Socket(zmq.PULL, zmq.Options{}), f.Socket(zmq.PUSH, zmq.Options{})

	ctx, cancel := context.WithCancel(f.Ctx)
	bound := async(func() error { return s.BindContext(ctx, "tcp://name.test:5555") })
	<-asked
	f.Link(s, peer)
	f.exchange(peer, s, "while the name is looked up")
	cancel()
	f.Fails("a bind that was given up", <-bound, context.Canceled)

	bound = async(func() error { return s.Bind("tcp://name.test:5555") })
	<-asked
	must(t, s.Close())
	f.Fails("a bind on a closed socket", <-bound, zmq.ErrClosed)
}
