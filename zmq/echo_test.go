package zmq_test

import (
	"testing"

	"github.com/actum-go/actum/zmq"
)

// A message that is sent back and forth, and released after each send, stays
// valid for the next receiver, for any size and transport.
func TestReleaseOfWhatIsSentOn(t *testing.T) {
	for _, endpoint := range []string{"inproc://echo", "tcp://127.0.0.1:*"} {
		for _, size := range []int{1, 1000, 5000, 64 << 10, 1 << 20} {
			ctx := deadline(t)
			c := newContext(t)
			rep, req := newSocket(t, c, zmq.REP, zmq.Options{}), newSocket(t, c, zmq.REQ, zmq.Options{})
			must(t, rep.Bind(endpoint))
			must(t, req.Connect(rep.LastEndpoint()))
			m := zmq.AllocMsg(size)
			for range 10 {
				for _, way := range []struct{ from, to *zmq.Socket }{{req, rep}, {rep, req}} {
					must(t, way.from.Send(ctx, m))
					m.Release()
					var err error
					m, err = way.to.Recv(ctx)
					must(t, err)
					if m.Size() != size {
						t.Fatalf("%s: %d bytes, want %d", endpoint, m.Size(), size)
					}
				}
			}
			must(t, rep.Close())
			must(t, req.Close())
		}
	}
}
