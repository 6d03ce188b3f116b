package conformance

import (
	"fmt"

	"github.com/actum-go/actum/zmq"
)

// dealerAndRouter is the other half of RFC 28.
var dealerAndRouter = []requirement{
	{"DEALER does not modify messages", dealerUnmodified},
	{"DEALER sends round robin, receives fairly", dealerRoundRobin},
	{"DEALER queues before it is connected", dealerQueuesBeforeItIsConnected},
	{"DEALER blocks, and does not discard", dealerBlocks},
	{"DEALER discards the queue of a peer that left", dealerDiscardsTheQueue},
	{"ROUTER addresses by routing id", routerAddresses},
	{"ROUTER generates routing ids", routerGeneratesIDs},
	{"ROUTER refuses a duplicate", routerRefusesDuplicates},
	{"ROUTER hands a routing id over", routerHandsOver},
	{"a ROUTER receives the probes of peers", routerIsProbed},
	{"ROUTER drops what it cannot route", routerDrops},
	{"ROUTER says what it cannot route", routerMandatory},
	{"ROUTER to ROUTER", routerToRouter},
	{"ROUTER discards the queue of a peer that left", routerDiscardsTheQueue},
}

// RFC 28, DEALER: "SHALL not filter or modify outgoing or incoming messages in
// any way", "MAY both send and receive messages".
func dealerUnmodified(f *Fixture) {
	a, b := f.Socket(zmq.DEALER, zmq.Options{}), f.Socket(zmq.DEALER, zmq.Options{})
	f.Link(a, b)
	for _, shape := range shapes() {
		f.Send(a, shape...)
		f.Expect(b, shape...)
		f.Send(b, shape...)
		f.Expect(a, shape...)
	}
}

// RFC 28, DEALER: "SHALL route outgoing messages to available peers using a
// round-robin strategy", "SHALL receive incoming messages from its peers using a
// fair-queuing strategy".
func dealerRoundRobin(f *Fixture) {
	dealer := f.Socket(zmq.DEALER, zmq.Options{})
	peers := []*zmq.Socket{f.Socket(zmq.DEALER, zmq.Options{}), f.Socket(zmq.DEALER, zmq.Options{})}
	f.Link(dealer, peers...)
	for i := range 20 {
		f.Send(dealer, fmt.Sprint(i))
	}
	for i := range 20 {
		f.Expect(peers[i%2], fmt.Sprint(i))
		f.Send(peers[i%2], "back", fmt.Sprint(i%2))
	}
	got := map[string]int{}
	for range 20 {
		got[f.Recv(dealer)]++
	}
	if got["back|0"] != 10 || got["back|1"] != 10 {
		f.Fatalf("received %v", got)
	}
}

// RFC 28, DEALER: "SHALL create a double queue when initiating an outgoing
// connection to a peer, and SHALL maintain the double queue whether or not the
// connection is established."
func dealerQueuesBeforeItIsConnected(f *Fixture) {
	dealer, router := f.Socket(zmq.DEALER, zmq.Options{RoutingID: []byte("me")}), f.Socket(zmq.ROUTER, zmq.Options{})
	ep := f.Free()
	Must(f.T, dealer.Connect(ep))
	for i := range 3 {
		Must(f.T, dealer.TrySend(zmq.StringMsg(fmt.Sprint(i))))
	}
	Must(f.T, router.Bind(ep))
	for i := range 3 {
		f.Expect(router, "me", fmt.Sprint(i))
	}
}

// RFC 28, DEALER: "SHALL block on sending, or return a suitable error, when it
// has no available peers", "SHALL not accept further messages when it has no
// available peers", "SHALL NOT discard messages that it cannot queue".
func dealerBlocks(f *Fixture) {
	dealer, peer := f.Socket(zmq.DEALER, zmq.Options{SendHWM: 2}), f.Socket(zmq.DEALER, zmq.Options{RecvHWM: 2})
	f.Fails("sending without a peer", dealer.TrySend(zmq.StringMsg("x")), zmq.ErrWouldBlock)
	f.Link(dealer, peer)
	n := f.Fill(dealer)
	sent := Async(func() error { return dealer.SendBytes(f.Ctx, []byte("last")) })
	for range n {
		f.Expect(peer, Large)
	}
	f.Expect(peer, "last")
	Must(f.T, <-sent)
}

// RFC 28, DEALER: "SHALL create a double queue when a peer connects to it. If
// this peer disconnects, the DEALER socket SHALL destroy its double queue and
// SHALL discard any messages it contains."
func dealerDiscardsTheQueue(f *Fixture) {
	dealer, peer := f.Socket(zmq.DEALER, zmq.Options{SendHWM: 2}), f.Socket(zmq.DEALER, zmq.Options{RecvHWM: 2})
	f.Link(dealer, peer)
	n := f.Fill(dealer)
	Must(f.T, peer.Close())
	f.Peers(dealer, 0)
	f.Accounted(dealer, n)
	f.Fails("sending without a peer", dealer.TrySend(zmq.StringMsg("x")), zmq.ErrWouldBlock)
}

// RFC 28, ROUTER: "SHALL prefix each incoming message with a frame containing the
// identity of the originating double queue", "SHALL remove the first frame from
// each outgoing message and use this as the identity of a double queue", "SHALL
// route the message to the outgoing queue if that queue exists, and has space",
// "SHOULD allow the peer to specify its identity explicitly".
func routerAddresses(f *Fixture) {
	router := f.Socket(zmq.ROUTER, zmq.Options{})
	var peers []*zmq.Socket
	for i := range 3 {
		peers = append(peers, f.Socket(zmq.DEALER, zmq.Options{RoutingID: fmt.Append(nil, "peer ", i)}))
	}
	f.Link(router, peers...)
	for n, shape := range shapes() { // each peer sends a third
		i := n % len(peers)
		f.Send(peers[i], shape...)
		f.Expect(router, append([]string{fmt.Sprint("peer ", i)}, shape...)...)
	}
	for i := range peers { // in another order than they have sent
		to := len(peers) - 1 - i
		f.Send(router, fmt.Sprint("peer ", to), "", fmt.Sprint(to))
	}
	for i, p := range peers {
		f.Expect(p, "", fmt.Sprint(i))
	}
}

// RFC 28, ROUTER: "SHALL identify each double queue using a unique identity
// binary string".
func routerGeneratesIDs(f *Fixture) {
	router := f.Socket(zmq.ROUTER, zmq.Options{})
	var peers []*zmq.Socket
	for range 3 {
		peers = append(peers, f.Socket(zmq.REQ, zmq.Options{}))
	}
	f.Link(router, peers...)
	ids := map[string]bool{}
	for i, p := range peers {
		f.Send(p, fmt.Sprint(i))
		frames, err := router.RecvFrames(f.Ctx)
		Must(f.T, err)
		if id := string(frames[0]); len(id) != 5 || id[0] != 0 || ids[id] {
			f.Fatalf("peer %d is called %q", i, id)
		}
		ids[string(frames[0])] = true
		Must(f.T, router.SendFrames(f.Ctx, frames[0], nil, fmt.Append(nil, i)))
		f.Expect(p, fmt.Sprint(i))
	}
}

// RFC 28, ROUTER: "unique": the second of a name is refused while the first one
// is there, and may come when it has left.
func routerRefusesDuplicates(f *Fixture) {
	router := f.Socket(zmq.ROUTER, zmq.Options{RouterMandatory: true})
	o := zmq.Options{RoutingID: []byte("same"), Linger: zmq.NoLinger}
	first, second := f.Socket(zmq.DEALER, o), f.Socket(zmq.DEALER, o)
	f.Link(router, first)
	Must(f.T, second.Connect(router.LastEndpoint()))
	for i := range 50 {
		f.Send(router, "same", fmt.Sprint(i))
		f.Expect(first, fmt.Sprint(i))
	}
	Must(f.T, first.Close())
	f.Eventually("the second takes the place of the first", func() bool {
		_ = router.TrySend(zmq.StringMsg("same", "to the second"))
		_, err := second.TryRecv()
		return err == nil
	})
}

// libzmq's ZMQ_ROUTER_HANDOVER: "the ROUTER socket shall reassign the connection to
// the new client and disconnect the existing client".
func routerHandsOver(f *Fixture) {
	router := f.Socket(zmq.ROUTER, zmq.Options{RouterMandatory: true, RouterHandover: true})
	o := zmq.Options{RoutingID: []byte("same"), ReconnectInterval: -1}
	first, second := f.Socket(zmq.DEALER, o), f.Socket(zmq.DEALER, o)
	f.Link(router, first)
	f.Send(first, "from the first")
	f.Expect(router, "same", "from the first")
	<-router.Readable() // the token that says: find out
	_, err := router.TryRecv()
	f.Fails("receiving before anything was sent", err, zmq.ErrWouldBlock)
	f.Send(first, "late")
	f.Eventually("the late one is there", func() bool { return len(router.Readable()) > 0 })

	Must(f.T, second.Connect(router.LastEndpoint()))
	f.Eventually("the second one is connected", func() bool { return second.Stats().Peers == 1 })
	f.Send(second, "from the second")
	var texts []string
	for len(texts) < 2 { // what the first had sent comes under a name that is made up, or its own
		m, err := router.RecvFrames(f.Ctx)
		Must(f.T, err)
		if texts = append(texts, string(m[1])); texts[len(texts)-1] == "from the second" && string(m[0]) != "same" {
			f.Fatalf("the second one is called %q", m[0])
		}
	}
	f.Send(router, "same", "to the second")
	f.Expect(second, "to the second")
	if f.Transport != "inproc" {
		f.Peers(first, 0)
		f.Peers(router, 1)
	}
	_, err = first.TryRecv()
	f.Fails("the first one receives", err, zmq.ErrWouldBlock)
}

// libzmq's ZMQ_PROBE_ROUTER: "the socket will automatically send an empty message
// when a new connection is made or accepted".
func routerIsProbed(f *Fixture) {
	for _, typ := range []zmq.Type{zmq.DEALER, zmq.REQ, zmq.ROUTER} {
		router := f.Socket(zmq.ROUTER, zmq.Options{})
		prober := f.Socket(typ, zmq.Options{ProbeRouter: true, RoutingID: []byte("me")})
		Must(f.T, prober.Connect(f.Bind(router)))
		f.Expect(router, "me", "")
		if typ == zmq.REQ {
			f.Send(router, "me", "", "no request, no reply")
			f.Send(prober, "q")
			f.Expect(router, "me", "", "q")
		}
		Must(f.T, router.Close())
	}
}

// RFC 28, ROUTER: "SHALL either silently drop the message, or return an error,
// depending on configuration, if the queue does not exist, or is full", "SHALL
// NOT block on sending". This is the default.
func routerDrops(f *Fixture) {
	router := f.Socket(zmq.ROUTER, zmq.Options{SendHWM: 2, Linger: zmq.NoLinger})
	full := f.Socket(zmq.DEALER, zmq.Options{RoutingID: []byte("full"), RecvHWM: 2})
	f.Link(router, full)
	Must(f.T, router.TrySend(zmq.StringMsg("nobody", "x")))
	f.Dropped(router, zmq.DropUnroutable, 1)
	for router.Stats().Dropped[zmq.DropHighWater] == 0 {
		Must(f.T, router.TrySend(zmq.StringMsg("full", Large)))
	}
	f.Fails("an address and no message", router.TrySend(zmq.StringMsg("full")), zmq.ErrNoFrame)
}

// The same sentence with RouterMandatory: an error, or a wait for room, as with
// libzmq's ROUTER_MANDATORY.
func routerMandatory(f *Fixture) {
	router := f.Socket(zmq.ROUTER, zmq.Options{SendHWM: 2, RouterMandatory: true})
	peer := f.Socket(zmq.DEALER, zmq.Options{RoutingID: []byte("peer"), RecvHWM: 2})
	f.Link(router, peer)
	f.Fails("to an unknown peer", router.SendFrames(f.Ctx, []byte("nobody"), nil), zmq.ErrUnroutable)
	n := f.Fill(router, "peer")
	sent := Async(func() error { return router.Send(f.Ctx, zmq.StringMsg("peer", "last")) })
	for range n {
		f.Expect(peer, Large)
	}
	f.Expect(peer, "last")
	Must(f.T, <-sent)

	f.Fill(router, "peer")
	sent = Async(func() error {
		for {
			if err := router.Send(f.Ctx, zmq.StringMsg("peer", Large)); err != nil {
				return err
			}
		}
	})
	Must(f.T, peer.Close())
	f.Fails("waiting for a peer that left", <-sent, zmq.ErrUnroutable)
}

// RFC 28, ROUTER: "MAY be connected to any number of REQ, DEALER, or ROUTER
// peers, and MAY both send and receive messages". The first sender has to know the
// other's routing id.
func routerToRouter(f *Fixture) {
	a, b := f.Socket(zmq.ROUTER, zmq.Options{RoutingID: []byte("a")}), f.Socket(zmq.ROUTER, zmq.Options{RoutingID: []byte("b")})
	f.Link(a, b)
	f.Send(a, "b", "hello")
	f.Expect(b, "a", "hello")
	f.Send(b, "a", "hello yourself")
	f.Expect(a, "b", "hello yourself")
}

// RFC 28, ROUTER: "If this peer disconnects, the ROUTER socket SHALL destroy its
// double queue and SHALL discard any messages it contains."
func routerDiscardsTheQueue(f *Fixture) {
	router := f.Socket(zmq.ROUTER, zmq.Options{SendHWM: 2, RouterMandatory: true})
	o := zmq.Options{RoutingID: []byte("peer"), RecvHWM: 2}
	peer := f.Socket(zmq.DEALER, o)
	f.Link(router, peer)
	n := f.Fill(router, "peer")
	Must(f.T, peer.Close())
	f.Peers(router, 0)
	f.Accounted(router, n)
	next := f.Socket(zmq.DEALER, o)
	Must(f.T, next.Connect(router.LastEndpoint()))
	f.Peers(router, 1)
	f.Send(router, "peer", "for the next")
	f.Expect(next, "for the next")
}
