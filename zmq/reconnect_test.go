package zmq_test

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/actum-go/actum/zmq"
)

// With every pattern that answers, a peer leaves and returns again and again:
// messages sent after its return arrive.
func TestPeerComesBack(t *testing.T) {
	for _, tt := range []struct{ stays, returns zmq.Type }{
		{zmq.PUSH, zmq.PULL}, {zmq.PULL, zmq.PUSH}, {zmq.DEALER, zmq.DEALER}, {zmq.DEALER, zmq.ROUTER},
		{zmq.ROUTER, zmq.DEALER}, {zmq.PAIR, zmq.PAIR}, {zmq.REQ, zmq.REP}, {zmq.REP, zmq.REQ}, {zmq.SUB, zmq.PUB}, {zmq.PUB, zmq.SUB},
	} {
		t.Run(fmt.Sprint(tt.stays, " and ", tt.returns), func(t *testing.T) {
			everyTransport(t, func(f *fixture) {
				stays := f.Socket(tt.stays, options(tt.stays, "stays"))
				ep := f.Free()
				must(f.T, stays.Connect(ep))
				for range 3 {
					returns := f.Socket(tt.returns, options(tt.returns, "returns"))
					must(f.T, returns.Bind(ep))
					f.Peers(stays, 1)
					f.Peers(returns, 1)
					f.talk(stays, returns)
					must(f.T, returns.Close())
					f.Peers(stays, 0)
				}
			})
		})
	}
}

func options(typ zmq.Type, name string) (o zmq.Options) {
	if typ == zmq.SUB {
		o.Subscribe = []string{""}
	}
	if typ != zmq.PUB && typ != zmq.PUSH && typ != zmq.PULL && typ != zmq.SUB {
		o.RoutingID = []byte(name)
	}
	return o
}

// talk passes a message in each direction that the two types have.
func (f *fixture) talk(a, b *zmq.Socket) {
	f.Helper()
	names := map[*zmq.Socket]string{a: "stays", b: "returns"}
	say := func(from, to *zmq.Socket) {
		text := []string{"hello"}
		if from.Type() == zmq.ROUTER {
			text = append([]string{names[to]}, text...)
		}
		f.Send(from, text...)
		text = []string{"hello"}
		if to.Type() == zmq.ROUTER {
			text = append([]string{names[from]}, text...)
		}
		f.Expect(to, text...)
	}
	for _, s := range []*zmq.Socket{a, b} {
		if s.Type() == zmq.PUB {
			f.Subscribed(s, 1)
		}
	}
	if b.Type() == zmq.REQ || b.Type() == zmq.ROUTER || !a.Type().Sends() {
		a, b = b, a // the side that may send first
	}
	if a.Type().Sends() {
		say(a, b)
	}
	if b.Type().Sends() {
		say(b, a)
	}
}

// Messages that were not written when a connection broke are sent over the next
// one, in order: there is no gap after the first message that arrives, and none
// comes twice.
func TestUnsentMessagesGoOverTheNextConnection(t *testing.T) {
	for _, size := range []int{10, 3000, 20_000} { // copied, and referred to
		t.Run(fmt.Sprint(size, " bytes"), func(t *testing.T) {
			f := newFixture(t, "tcp")
			l, err := net.Listen("tcp", "127.0.0.1:0")
			must(t, err)
			ep := "tcp://" + l.Addr().String()
			push := f.Socket(zmq.PUSH, zmq.Options{SendHWM: 100})
			must(t, push.Connect(ep))
			conn, err := l.Accept()
			must(t, err)
			must(t, l.Close())
			peer := newRaw(t, conn)
			peer.shakeHands("PULL")

			// Some messages, one that no system buffers whole, as many as fit behind it:
			// the peer does not read, so whatever is behind the large one has to wait.
			const large, tooLarge = 20, 32 << 20
			padding := func(i int) string {
				if i == large {
					return strings.Repeat("x", tooLarge)
				}
				return strings.Repeat("x", size)
			}
			sent := 0
			next := func() error {
				err := push.TrySend(zmq.StringMsg(fmt.Sprint(sent), padding(sent)))
				if err == nil {
					sent++
				}
				return err
			}
			for next() == nil {
			}
			if sent <= large {
				t.Fatalf("refused after %d messages: the high-water mark is 100", sent)
			}
			must(t, peer.SetLinger(0))
			must(t, peer.Close())

			pull := f.Socket(zmq.PULL, zmq.Options{})
			f.Eventually("the port is free", func() bool { return pull.Bind(ep) == nil })
			m, err := pull.Recv(f.Ctx)
			must(t, err)
			first, err := strconv.Atoi(string(m.Bytes()))
			must(t, err)
			if first > large+1 {
				t.Fatalf("message %d came first: those from %d on had to wait", first, large+1)
			}
			for i := first + 1; i < sent; i++ {
				f.Expect(pull, fmt.Sprint(i), padding(i))
			}
			f.Eventually("there is room again", func() bool { return next() == nil })
			f.Expect(pull, fmt.Sprint(sent-1), padding(sent-1))
			if dropped := push.Stats().Dropped; len(dropped) > 0 {
				t.Errorf("dropped %v", dropped)
			}
		})
	}
}

// A Connect retries without a limit, whatever answers meanwhile.
func TestConnectNeverGivesUp(t *testing.T) {
	f := newFixture(t, "tcp")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	ep := "tcp://" + l.Addr().String()
	push := f.Socket(zmq.PUSH, zmq.Options{ReconnectInterval: time.Millisecond})
	must(t, push.Connect(ep))
	f.Send(push, "patience")
	for _, answer := range []string{"", "HTTP/1.1 400 Bad Request\r\n\r\n", "\x00", string(rawGreeting(1, "CURVE")), string(rawGreeting(1, "NULL")) + string(rawReady("PUB"))} {
		conn, err := l.Accept()
		must(t, err)
		peer := newRaw(t, conn)
		peer.write([]byte(answer))
		must(t, peer.CloseWrite())
		peer.ended()
		must(t, peer.Close())
	}
	must(t, l.Close())
	pull := f.Socket(zmq.PULL, zmq.Options{})
	f.Eventually("the port is free", func() bool { return pull.Bind(ep) == nil })
	f.Expect(pull, "patience")
}
