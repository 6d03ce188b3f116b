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

// A peer goes away and comes back, again and again, with every pattern that
// answers: what is sent when it is back arrives.
func TestPeerComesBack(t *testing.T) {
	for _, tt := range []struct{ stays, returns zmq.Type }{
		{zmq.PUSH, zmq.PULL}, {zmq.PULL, zmq.PUSH}, {zmq.DEALER, zmq.DEALER}, {zmq.DEALER, zmq.ROUTER},
		{zmq.ROUTER, zmq.DEALER}, {zmq.PAIR, zmq.PAIR}, {zmq.REQ, zmq.REP}, {zmq.REP, zmq.REQ}, {zmq.SUB, zmq.PUB}, {zmq.PUB, zmq.SUB},
	} {
		t.Run(fmt.Sprint(tt.stays, " and ", tt.returns), func(t *testing.T) {
			everyTransport(t, func(r *rig) {
				stays := r.socket(tt.stays, options(tt.stays, "stays"))
				ep := r.free()
				must(r.T, stays.Connect(ep))
				for range 3 {
					returns := r.socket(tt.returns, options(tt.returns, "returns"))
					must(r.T, returns.Bind(ep))
					r.peers(stays, 1)
					r.peers(returns, 1)
					r.talk(stays, returns)
					must(r.T, returns.Close())
					r.peers(stays, 0)
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
func (r *rig) talk(a, b *zmq.Socket) {
	r.Helper()
	names := map[*zmq.Socket]string{a: "stays", b: "returns"}
	say := func(from, to *zmq.Socket) {
		text := []string{"hello"}
		if from.Type() == zmq.ROUTER {
			text = append([]string{names[to]}, text...)
		}
		r.send(from, text...)
		text = []string{"hello"}
		if to.Type() == zmq.ROUTER {
			text = append([]string{names[from]}, text...)
		}
		r.expect(to, text...)
	}
	for _, s := range []*zmq.Socket{a, b} {
		if s.Type() == zmq.PUB {
			r.subscribed(s, 1)
		}
	}
	if b.Type() == zmq.REQ || b.Type() == zmq.ROUTER || !a.Type().Sends() {
		a, b = b, a // who may speak first
	}
	if a.Type().Sends() {
		say(a, b)
	}
	if b.Type().Sends() {
		say(b, a)
	}
}

// What was not written when a connection broke goes over the next one, in order:
// there is no gap behind the first message that arrives, and none comes twice.
func TestUnsentMessagesGoOverTheNextConnection(t *testing.T) {
	for _, size := range []int{10, 3000, 20_000} { // copied, and referred to
		t.Run(fmt.Sprint(size, " bytes"), func(t *testing.T) {
			r := newRig(t, "tcp")
			l, err := net.Listen("tcp", "127.0.0.1:0")
			must(t, err)
			ep := "tcp://" + l.Addr().String()
			push := r.socket(zmq.PUSH, zmq.Options{SendHWM: 100, SendBuffer: 4096})
			must(t, push.Connect(ep))
			conn, err := l.Accept()
			must(t, err)
			must(t, l.Close())
			peer := newRaw(t, conn)
			peer.shakeHands("PULL")

			sent, padding := 0, strings.Repeat("x", size)
			next := func() error {
				err := push.TrySend(zmq.StringMsg(fmt.Sprint(sent), padding))
				if err == nil {
					sent++
				}
				return err
			}
			for next() == nil { // the peer does not read any more
			}
			must(t, peer.SetLinger(0))
			must(t, peer.Close())

			pull := r.socket(zmq.PULL, zmq.Options{})
			r.eventually("the port is free", func() bool { return pull.Bind(ep) == nil })
			m, err := pull.Recv(r.ctx)
			must(t, err)
			first, err := strconv.Atoi(string(m.Bytes()))
			must(t, err)
			if lost := sent - first; lost < 50 {
				t.Fatalf("only %d of %d messages arrived: a hundred waited", lost, sent)
			}
			for i := first + 1; i < sent; i++ {
				r.expect(pull, fmt.Sprint(i), padding)
			}
			must(t, next())
			r.expect(pull, fmt.Sprint(sent-1), padding)
			if dropped := push.Stats().Dropped; len(dropped) > 0 {
				t.Errorf("dropped %v", dropped)
			}
		})
	}
}

// A connect tries for as long as it takes, whatever answers meanwhile.
func TestConnectNeverGivesUp(t *testing.T) {
	r := newRig(t, "tcp")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	ep := "tcp://" + l.Addr().String()
	push := r.socket(zmq.PUSH, zmq.Options{ReconnectInterval: time.Millisecond})
	must(t, push.Connect(ep))
	r.send(push, "patience")
	for _, answer := range []string{"", "HTTP/1.1 400 Bad Request\r\n\r\n", "\x00", string(rawGreeting(1, "CURVE")), string(rawGreeting(1, "NULL")) + string(rawReady("PUB"))} {
		conn, err := l.Accept()
		must(t, err)
		peer := newRaw(t, conn)
		peer.say([]byte(answer))
		must(t, peer.CloseWrite())
		peer.ended()
		must(t, peer.Close())
	}
	must(t, l.Close())
	pull := r.socket(zmq.PULL, zmq.Options{})
	r.eventually("the port is free", func() bool { return pull.Bind(ep) == nil })
	r.expect(pull, "patience")
}
