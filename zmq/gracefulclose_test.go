package zmq_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/actum-go/actum/zmq"
)

// backends lists the backends that a context may ask for here.
var backends = []string{"uring", "epoll", "goroutine"}

// everyBackend runs a test on each backend that works here, over tcp and ipc.
func everyBackend(t *testing.T, test func(t *testing.T, c *zmq.Context, endpoint string)) {
	t.Helper()
	for _, backend := range backends {
		for _, transport := range []string{"tcp", "ipc"} {
			t.Run(backend+"/"+transport, func(t *testing.T) {
				needTransport(t, transport)
				c, err := zmq.NewContext(zmq.ContextOptions{Backend: backend})
				if err != nil {
					t.Skip(err)
				}
				t.Cleanup(func() { must(t, c.Close()) })
				endpoint := "tcp://127.0.0.1:*"
				if transport == "ipc" {
					endpoint = "ipc://" + filepath.Join(t.TempDir(), "s")
				}
				test(t, c, endpoint)
			})
		}
	}
}

// dialStream connects a plain stream to what a socket has bound.
func dialStream(t *testing.T, s *zmq.Socket) net.Conn {
	t.Helper()
	network, at, _ := strings.Cut(s.LastEndpoint(), "://")
	c, err := net.Dial(map[string]string{"tcp": "tcp", "ipc": "unix"}[network], at)
	must(t, err)
	t.Cleanup(func() { c.Close() })
	must(t, c.SetDeadline(time.Now().Add(rawTimeout)))
	return c
}

// A peer that always sends, and from which the socket does not read, receives
// everything that was sent to it before Close, however slowly it reads: it begins
// to read when Close has begun, and reads a little at a time.
func TestCloseDeliversToASlowPeer(t *testing.T) {
	everyBackend(t, func(t *testing.T, c *zmq.Context, endpoint string) {
		const n, size = 64, 4 << 10
		s := newSocket(t, c, zmq.DEALER, zmq.Options{RecvHWM: 1})
		must(t, s.Bind(endpoint))
		peer := dialStream(t, s)
		_, err := peer.Write(append(rawGreeting(1, "NULL"), rawReady("DEALER")...))
		must(t, err)
		for range 100 {
			_, err := peer.Write(rawMessage("nobody listens"))
			must(t, err)
		}
		ctx := deadline(t)
		for i := range n {
			body := make([]byte, size)
			binary.BigEndian.PutUint32(body, uint32(i))
			must(t, s.SendBytes(ctx, body))
		}
		closed := async(s.Close)
		for !errors.Is(s.TrySend(zmq.StringMsg("late")), zmq.ErrClosed) { // until Close has begun
			runtime.Gosched()
		}
		all := readSlowly(t, peer)
		must(t, peer.Close())
		must(t, <-closed)
		checkNumbered(t, all, n, size)
	})
}

// readSlowly reads up to io.EOF.
func readSlowly(t *testing.T, c net.Conn) (all []byte) {
	t.Helper()
	buf := make([]byte, 1000)
	for {
		n, err := c.Read(buf)
		all = append(all, buf[:n]...)
		if err == io.EOF {
			return all
		}
		must(t, err)
	}
}

// checkNumbered looks for n messages with their numbers behind a handshake.
func checkNumbered(t *testing.T, all []byte, n, size int) {
	t.Helper()
	ready := rawGreetingSize + 2 + int(all[rawGreetingSize+1])
	rest := all[ready:]
	for i := range n {
		if len(rest) < 9+size {
			t.Fatalf("%d of %d messages arrived", i, n)
		}
		if got := binary.BigEndian.Uint32(rest[9:]); got != uint32(i) {
			t.Fatalf("message %d is number %d", i, got)
		}
		rest = rest[9+size:]
	}
}

// Close waits for a peer that neither reads nor leaves no longer than the linger,
// and leaves nothing of the socket behind.
func TestCloseLeavesADeafPeer(t *testing.T) {
	everyBackend(t, func(t *testing.T, c *zmq.Context, endpoint string) {
		for _, linger := range []time.Duration{zmq.NoLinger, 20 * time.Millisecond} {
			s := newSocket(t, c, zmq.PUSH, zmq.Options{Linger: linger})
			must(t, s.Bind(endpoint))
			peer := dialStream(t, s)
			_, err := peer.Write(append(rawGreeting(1, "NULL"), rawReady("PULL")...))
			must(t, err)
			must(t, s.SendBytes(deadline(t), []byte("written")))
			must(t, s.Close())
			all := readSlowly(t, peer)
			if sent := s.Stats().Sent; sent == 1 && !strings.HasSuffix(string(all), "written") {
				t.Errorf("linger %v: the peer got %q", linger, all)
			}
		}
	})
}

// Sockets of one process close gracefully, many at once and in both directions.
func TestCloseTogether(t *testing.T) {
	everyBackend(t, func(t *testing.T, c *zmq.Context, endpoint string) {
		s := newSocket(t, c, zmq.ROUTER, zmq.Options{})
		must(t, s.Bind(endpoint))
		ctx := deadline(t)
		var closed []<-chan error
		for i := range 20 {
			d := newSocket(t, c, zmq.DEALER, zmq.Options{})
			must(t, d.Connect(s.LastEndpoint()))
			must(t, d.SendFrames(ctx, fmt.Append(nil, i)))
			m, err := s.Recv(ctx)
			must(t, err)
			must(t, s.Send(ctx, m))
			if i%2 == 0 {
				closed = append(closed, async(d.Close))
			}
		}
		closed = append(closed, async(s.Close))
		for _, c := range closed {
			must(t, <-c)
		}
	})
}
