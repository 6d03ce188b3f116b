package zmq_test

import (
	"fmt"

	"github.com/actum-go/actum/zmq"
)

// exclusivePair is RFC 31.
var exclusivePair = []requirement{
	{"PAIR sends and receives", pairBothWays},
	{"PAIR has one peer", pairHasOnePeer},
	{"PAIR queues before it is connected", pairQueuesBeforeItIsConnected},
	{"PAIR blocks without its peer", pairBlocks},
	{"PAIR discards the queue of a peer that left", pairDiscardsTheQueue},
}

// RFC 31: "MAY both send and receive messages", "SHALL not filter or modify
// outgoing or incoming messages in any way", "SHALL maintain a double queue for
// its peer, allowing outgoing and incoming messages to be queued independently".
func pairBothWays(r *fixture) {
	a, b := r.socket(zmq.PAIR, zmq.Options{}), r.socket(zmq.PAIR, zmq.Options{})
	r.link(a, b)
	for i := range 50 {
		r.send(a, "to b", fmt.Sprint(i), "")
		r.send(b, "", "to a", fmt.Sprint(i))
	}
	for i := range 50 {
		r.expect(a, "", "to a", fmt.Sprint(i))
		r.expect(b, "to b", fmt.Sprint(i), "")
	}
}

// RFC 31: "MAY be connected to at most one PAIR peers".
func pairHasOnePeer(r *fixture) {
	a, b := r.socket(zmq.PAIR, zmq.Options{}), r.socket(zmq.PAIR, zmq.Options{})
	c := r.socket(zmq.PAIR, zmq.Options{Linger: zmq.NoLinger})
	r.link(a, b)
	must(r.T, c.Connect(a.LastEndpoint())) // it is refused, time and again
	for i := range 50 {
		r.send(b, fmt.Sprint(i))
		r.expect(a, fmt.Sprint(i))
	}
	must(r.T, b.Close())
	r.eventually("c takes the place of b", func() bool {
		_ = c.TrySend(zmq.StringMsg("from c")) // what is sent before it is refused is lost
		_, err := a.TryRecv()
		return err == nil
	})
}

// RFC 31: "SHALL create a double queue when initiating an outgoing connection to
// a peer, and SHALL maintain the double queue whether or not the connection is
// established".
func pairQueuesBeforeItIsConnected(r *fixture) {
	a, b := r.socket(zmq.PAIR, zmq.Options{}), r.socket(zmq.PAIR, zmq.Options{})
	ep := r.free()
	must(r.T, a.Connect(ep))
	must(r.T, a.TrySend(zmq.StringMsg("early")))
	must(r.T, b.Bind(ep))
	r.expect(b, "early")
}

// RFC 31: "SHALL block on sending, or return a suitable error, when it has no
// available peer", "SHALL consider its peer as available only when it has a
// outgoing queue that is not full", "SHALL NOT discard messages that it cannot
// queue".
func pairBlocks(r *fixture) {
	a, b := r.socket(zmq.PAIR, zmq.Options{SendHWM: 2}), r.socket(zmq.PAIR, zmq.Options{RecvHWM: 2})
	r.fails("sending to nobody", a.TrySend(zmq.StringMsg("x")), zmq.ErrWouldBlock)
	r.link(a, b)
	n := r.fill(a)
	sent := async(func() error { return a.SendBytes(r.ctx, []byte("last")) })
	for range n {
		r.expect(b, large)
	}
	r.expect(b, "last")
	must(r.T, <-sent)
}

// RFC 31: "SHALL create a double queue when a peer connects to it. If this peer
// disconnects, the PAIR socket SHALL destroy its double queue and SHALL discard
// any messages it contains."
func pairDiscardsTheQueue(r *fixture) {
	a, b := r.socket(zmq.PAIR, zmq.Options{SendHWM: 2}), r.socket(zmq.PAIR, zmq.Options{RecvHWM: 2})
	r.link(a, b)
	n := r.fill(a)
	must(r.T, b.Close())
	r.peers(a, 0)
	r.accounted(a, n)
	next := r.socket(zmq.PAIR, zmq.Options{})
	must(r.T, next.Connect(a.LastEndpoint()))
	r.send(a, "for the next")
	r.expect(next, "for the next")
}
