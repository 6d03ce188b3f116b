package conformance

import (
	"fmt"

	"github.com/actum-go/actum/zmq"
)

// closing is what Close promises: messages that were sent before it reach the peers that
// are connected, whichever side has bound.
var closing = []requirement{
	{"what was sent arrives", sentArrives},
	{"a reply arrives", replyArrives},
	{"what was published arrives", publishedArrives},
}

// beforeClose is how many messages are sent before Close.
const beforeClose = 100

// eitherBound runs test with one side bound, and with the other one.
func (f *Fixture) eitherBound(from, to zmq.Type, test func(from, to *zmq.Socket)) {
	f.Helper()
	for _, bound := range []bool{false, true} {
		a, b := f.Socket(from, zmq.Options{RoutingID: []byte("a")}), f.Socket(to, zmq.Options{RoutingID: []byte("b")})
		if bound {
			f.Link(a, b)
		} else {
			f.Link(b, a)
		}
		test(a, b)
	}
}

func sentArrives(f *Fixture) {
	for _, types := range [][2]zmq.Type{{zmq.PUSH, zmq.PULL}, {zmq.PAIR, zmq.PAIR}, {zmq.DEALER, zmq.DEALER}, {zmq.DEALER, zmq.ROUTER}, {zmq.ROUTER, zmq.DEALER}} {
		f.eitherBound(types[0], types[1], func(from, to *zmq.Socket) {
			for i := range beforeClose {
				message := []string{fmt.Sprint(i)}
				if from.Type() == zmq.ROUTER {
					message = append([]string{"b"}, message...)
				}
				f.Send(from, message...)
			}
			Must(f.T, from.Close())
			for i := range beforeClose {
				message := []string{fmt.Sprint(i)}
				if to.Type() == zmq.ROUTER {
					message = append([]string{"a"}, message...)
				}
				f.Expect(to, message...)
			}
		})
	}
}

func replyArrives(f *Fixture) {
	f.eitherBound(zmq.REP, zmq.REQ, func(rep, req *zmq.Socket) {
		f.Send(req, "question")
		f.Expect(rep, "question")
		f.Send(rep, "answer")
		Must(f.T, rep.Close())
		f.Expect(req, "answer")
	})
}

func publishedArrives(f *Fixture) {
	f.eitherBound(zmq.PUB, zmq.SUB, func(pub, sub *zmq.Socket) {
		Must(f.T, sub.Subscribe(""))
		f.Eventually("subscribed", func() bool { return pub.Stats().Subscriptions > 0 })
		for i := range beforeClose {
			f.Send(pub, fmt.Sprint(i))
		}
		Must(f.T, pub.Close())
		for i := range beforeClose {
			f.Expect(sub, fmt.Sprint(i))
		}
	})
}
