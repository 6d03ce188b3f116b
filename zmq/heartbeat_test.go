package zmq_test

import (
	"net"
	"testing"
	"time"

	"github.com/actum-go/actum/zmq"
)

// A peer that is silent gets a PING, is disconnected, and is connected again.
func TestHeartbeatGivesUpASilentPeer(t *testing.T) {
	for _, backend := range backends {
		t.Run(backend, func(t *testing.T) {
			c, err := zmq.NewContext(zmq.ContextOptions{Backend: backend})
			if err != nil {
				t.Skip(err)
			}
			t.Cleanup(func() { must(t, c.Close()) })
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			must(t, err)
			t.Cleanup(func() { listener.Close() })
			s := newSocket(t, c, zmq.DEALER, zmq.Options{
				HeartbeatInterval: 10 * time.Millisecond, HeartbeatTTL: 250 * time.Millisecond,
				ReconnectInterval: time.Millisecond, Linger: zmq.NoLinger,
			})
			must(t, s.Connect("tcp://"+listener.Addr().String()))
			for range 3 {
				conn, err := listener.Accept()
				must(t, err)
				r := newRaw(t, conn)
				r.shakeHands("DEALER")
				if flags, body := r.readFrame(); flags != 4 || string(body) != "\x04PING\x00\x03" {
					t.Errorf("flags %#x and %q instead of a PING with a TTL of 0.3 s", flags, body)
				}
				r.ended()
			}
		})
	}
}

// A peer that answers stays connected for longer than the timeout, and so does
// the socket that answers it.
func TestHeartbeatKeepsWhoAnswers(t *testing.T) {
	const timeout = time.Second // longer than a busy machine keeps a process waiting
	f := newFixture(t, "tcp")
	o := zmq.Options{HeartbeatInterval: timeout / 10, HeartbeatTimeout: timeout, HeartbeatTTL: timeout}
	router, dealer := f.Socket(zmq.ROUTER, o), f.Socket(zmq.DEALER, o)
	f.Link(router, dealer)
	f.Send(dealer, "before")
	m, err := router.RecvFrames(f.Ctx)
	must(f.T, err)
	<-time.After(timeout + timeout/2) // the silence is what is tested
	f.Send(dealer, "after")
	f.Expect(router, string(m[0]), "after") // by the same name: it is the same connection
}
