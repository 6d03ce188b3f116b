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
func pairBothWays(f *Fixture) {
	a, b := f.Socket(zmq.PAIR, zmq.Options{}), f.Socket(zmq.PAIR, zmq.Options{})
	f.Link(a, b)
	for i := range 50 {
		f.Send(a, "to b", fmt.Sprint(i), "")
		f.Send(b, "", "to a", fmt.Sprint(i))
	}
	for i := range 50 {
		f.Expect(a, "", "to a", fmt.Sprint(i))
		f.Expect(b, "to b", fmt.Sprint(i), "")
	}
}

// RFC 31: "MAY be connected to at most one PAIR peers".
func pairHasOnePeer(f *Fixture) {
	a, b := f.Socket(zmq.PAIR, zmq.Options{}), f.Socket(zmq.PAIR, zmq.Options{})
	c := f.Socket(zmq.PAIR, zmq.Options{Linger: zmq.NoLinger})
	f.Link(a, b)
	Must(f.T, c.Connect(a.LastEndpoint())) // it is refused, time and again
	for i := range 50 {
		f.Send(b, fmt.Sprint(i))
		f.Expect(a, fmt.Sprint(i))
	}
	Must(f.T, b.Close())
	f.Eventually("c takes the place of b", func() bool {
		_ = c.TrySend(zmq.StringMsg("from c")) // what is sent before it is refused is lost
		_, err := a.TryRecv()
		return err == nil
	})
}

// RFC 31: "SHALL create a double queue when initiating an outgoing connection to
// a peer, and SHALL maintain the double queue whether or not the connection is
// established".
func pairQueuesBeforeItIsConnected(f *Fixture) {
	a, b := f.Socket(zmq.PAIR, zmq.Options{}), f.Socket(zmq.PAIR, zmq.Options{})
	ep := f.Free()
	Must(f.T, a.Connect(ep))
	Must(f.T, a.TrySend(zmq.StringMsg("early")))
	Must(f.T, b.Bind(ep))
	f.Expect(b, "early")
}

// RFC 31: "SHALL block on sending, or return a suitable error, when it has no
// available peer", "SHALL consider its peer as available only when it has a
// outgoing queue that is not full", "SHALL NOT discard messages that it cannot
// queue".
func pairBlocks(f *Fixture) {
	a, b := f.Socket(zmq.PAIR, zmq.Options{SendHWM: 2}), f.Socket(zmq.PAIR, zmq.Options{RecvHWM: 2})
	f.Fails("sending without a peer", a.TrySend(zmq.StringMsg("x")), zmq.ErrWouldBlock)
	f.Link(a, b)
	n := f.Fill(a)
	sent := Async(func() error { return a.SendBytes(f.Ctx, []byte("last")) })
	for range n {
		f.Expect(b, Large)
	}
	f.Expect(b, "last")
	Must(f.T, <-sent)
}

// RFC 31: "SHALL create a double queue when a peer connects to it. If this peer
// disconnects, the PAIR socket SHALL destroy its double queue and SHALL discard
// any messages it contains."
func pairDiscardsTheQueue(f *Fixture) {
	a, b := f.Socket(zmq.PAIR, zmq.Options{SendHWM: 2}), f.Socket(zmq.PAIR, zmq.Options{RecvHWM: 2})
	f.Link(a, b)
	n := f.Fill(a)
	Must(f.T, b.Close())
	f.Peers(a, 0)
	f.Accounted(a, n)
	next := f.Socket(zmq.PAIR, zmq.Options{})
	Must(f.T, next.Connect(a.LastEndpoint()))
	f.Send(a, "for the next")
	f.Expect(next, "for the next")
}
