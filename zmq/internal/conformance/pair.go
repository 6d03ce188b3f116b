package conformance

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
func pairBothWays(r *Fixture) {
	a, b := r.Socket(zmq.PAIR, zmq.Options{}), r.Socket(zmq.PAIR, zmq.Options{})
	r.Link(a, b)
	for i := range 50 {
		r.Send(a, "to b", fmt.Sprint(i), "")
		r.Send(b, "", "to a", fmt.Sprint(i))
	}
	for i := range 50 {
		r.Expect(a, "", "to a", fmt.Sprint(i))
		r.Expect(b, "to b", fmt.Sprint(i), "")
	}
}

// RFC 31: "MAY be connected to at most one PAIR peers".
func pairHasOnePeer(r *Fixture) {
	a, b := r.Socket(zmq.PAIR, zmq.Options{}), r.Socket(zmq.PAIR, zmq.Options{})
	c := r.Socket(zmq.PAIR, zmq.Options{Linger: zmq.NoLinger})
	r.Link(a, b)
	Must(r.T, c.Connect(a.LastEndpoint())) // it is refused, time and again
	for i := range 50 {
		r.Send(b, fmt.Sprint(i))
		r.Expect(a, fmt.Sprint(i))
	}
	Must(r.T, b.Close())
	r.Eventually("c takes the place of b", func() bool {
		_ = c.TrySend(zmq.StringMsg("from c")) // what is sent before it is refused is lost
		_, err := a.TryRecv()
		return err == nil
	})
}

// RFC 31: "SHALL create a double queue when initiating an outgoing connection to
// a peer, and SHALL maintain the double queue whether or not the connection is
// established".
func pairQueuesBeforeItIsConnected(r *Fixture) {
	a, b := r.Socket(zmq.PAIR, zmq.Options{}), r.Socket(zmq.PAIR, zmq.Options{})
	ep := r.Free()
	Must(r.T, a.Connect(ep))
	Must(r.T, a.TrySend(zmq.StringMsg("early")))
	Must(r.T, b.Bind(ep))
	r.Expect(b, "early")
}

// RFC 31: "SHALL block on sending, or return a suitable error, when it has no
// available peer", "SHALL consider its peer as available only when it has a
// outgoing queue that is not full", "SHALL NOT discard messages that it cannot
// queue".
func pairBlocks(r *Fixture) {
	a, b := r.Socket(zmq.PAIR, zmq.Options{SendHWM: 2}), r.Socket(zmq.PAIR, zmq.Options{RecvHWM: 2})
	r.Fails("sending without a peer", a.TrySend(zmq.StringMsg("x")), zmq.ErrWouldBlock)
	r.Link(a, b)
	n := r.Fill(a)
	sent := Async(func() error { return a.SendBytes(r.Ctx, []byte("last")) })
	for range n {
		r.Expect(b, Large)
	}
	r.Expect(b, "last")
	Must(r.T, <-sent)
}

// RFC 31: "SHALL create a double queue when a peer connects to it. If this peer
// disconnects, the PAIR socket SHALL destroy its double queue and SHALL discard
// any messages it contains."
func pairDiscardsTheQueue(r *Fixture) {
	a, b := r.Socket(zmq.PAIR, zmq.Options{SendHWM: 2}), r.Socket(zmq.PAIR, zmq.Options{RecvHWM: 2})
	r.Link(a, b)
	n := r.Fill(a)
	Must(r.T, b.Close())
	r.Peers(a, 0)
	r.Accounted(a, n)
	next := r.Socket(zmq.PAIR, zmq.Options{})
	Must(r.T, next.Connect(a.LastEndpoint()))
	r.Send(a, "for the next")
	r.Expect(next, "for the next")
}
