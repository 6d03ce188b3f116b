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
func dealerUnmodified(r *Fixture) {
	a, b := r.Socket(zmq.DEALER, zmq.Options{}), r.Socket(zmq.DEALER, zmq.Options{})
	r.Link(a, b)
	for _, shape := range shapes() {
		r.Send(a, shape...)
		r.Expect(b, shape...)
		r.Send(b, shape...)
		r.Expect(a, shape...)
	}
}

// RFC 28, DEALER: "SHALL route outgoing messages to available peers using a
// round-robin strategy", "SHALL receive incoming messages from its peers using a
// fair-queuing strategy".
func dealerRoundRobin(r *Fixture) {
	dealer := r.Socket(zmq.DEALER, zmq.Options{})
	peers := []*zmq.Socket{r.Socket(zmq.DEALER, zmq.Options{}), r.Socket(zmq.DEALER, zmq.Options{})}
	r.Link(dealer, peers...)
	for i := range 20 {
		r.Send(dealer, fmt.Sprint(i))
	}
	for i := range 20 {
		r.Expect(peers[i%2], fmt.Sprint(i))
		r.Send(peers[i%2], "back", fmt.Sprint(i%2))
	}
	got := map[string]int{}
	for range 20 {
		got[r.Recv(dealer)]++
	}
	if got["back|0"] != 10 || got["back|1"] != 10 {
		r.Fatalf("received %v", got)
	}
}

// RFC 28, DEALER: "SHALL create a double queue when initiating an outgoing
// connection to a peer, and SHALL maintain the double queue whether or not the
// connection is established."
func dealerQueuesBeforeItIsConnected(r *Fixture) {
	dealer, router := r.Socket(zmq.DEALER, zmq.Options{RoutingID: []byte("me")}), r.Socket(zmq.ROUTER, zmq.Options{})
	ep := r.Free()
	Must(r.T, dealer.Connect(ep))
	for i := range 3 {
		Must(r.T, dealer.TrySend(zmq.StringMsg(fmt.Sprint(i))))
	}
	Must(r.T, router.Bind(ep))
	for i := range 3 {
		r.Expect(router, "me", fmt.Sprint(i))
	}
}

// RFC 28, DEALER: "SHALL block on sending, or return a suitable error, when it
// has no available peers", "SHALL not accept further messages when it has no
// available peers", "SHALL NOT discard messages that it cannot queue".
func dealerBlocks(r *Fixture) {
	dealer, peer := r.Socket(zmq.DEALER, zmq.Options{SendHWM: 2}), r.Socket(zmq.DEALER, zmq.Options{RecvHWM: 2})
	r.Fails("sending without a peer", dealer.TrySend(zmq.StringMsg("x")), zmq.ErrWouldBlock)
	r.Link(dealer, peer)
	n := r.Fill(dealer)
	sent := Async(func() error { return dealer.SendBytes(r.Ctx, []byte("last")) })
	for range n {
		r.Expect(peer, Large)
	}
	r.Expect(peer, "last")
	Must(r.T, <-sent)
}

// RFC 28, DEALER: "SHALL create a double queue when a peer connects to it. If
// this peer disconnects, the DEALER socket SHALL destroy its double queue and
// SHALL discard any messages it contains."
func dealerDiscardsTheQueue(r *Fixture) {
	dealer, peer := r.Socket(zmq.DEALER, zmq.Options{SendHWM: 2}), r.Socket(zmq.DEALER, zmq.Options{RecvHWM: 2})
	r.Link(dealer, peer)
	n := r.Fill(dealer)
	Must(r.T, peer.Close())
	r.Peers(dealer, 0)
	r.Accounted(dealer, n)
	r.Fails("sending without a peer", dealer.TrySend(zmq.StringMsg("x")), zmq.ErrWouldBlock)
}

// RFC 28, ROUTER: "SHALL prefix each incoming message with a frame containing the
// identity of the originating double queue", "SHALL remove the first frame from
// each outgoing message and use this as the identity of a double queue", "SHALL
// route the message to the outgoing queue if that queue exists, and has space",
// "SHOULD allow the peer to specify its identity explicitly".
func routerAddresses(r *Fixture) {
	router := r.Socket(zmq.ROUTER, zmq.Options{})
	var peers []*zmq.Socket
	for i := range 3 {
		peers = append(peers, r.Socket(zmq.DEALER, zmq.Options{RoutingID: fmt.Append(nil, "peer ", i)}))
	}
	r.Link(router, peers...)
	for i, p := range peers {
		for _, shape := range shapes() {
			r.Send(p, shape...)
			r.Expect(router, append([]string{fmt.Sprint("peer ", i)}, shape...)...)
		}
	}
	for i := range peers { // in another order than they have sent
		to := len(peers) - 1 - i
		r.Send(router, fmt.Sprint("peer ", to), "", fmt.Sprint(to))
	}
	for i, p := range peers {
		r.Expect(p, "", fmt.Sprint(i))
	}
}

// RFC 28, ROUTER: "SHALL identify each double queue using a unique identity
// binary string".
func routerGeneratesIDs(r *Fixture) {
	router := r.Socket(zmq.ROUTER, zmq.Options{})
	var peers []*zmq.Socket
	for range 3 {
		peers = append(peers, r.Socket(zmq.REQ, zmq.Options{}))
	}
	r.Link(router, peers...)
	ids := map[string]bool{}
	for i, p := range peers {
		r.Send(p, fmt.Sprint(i))
		f, err := router.RecvFrames(r.Ctx)
		Must(r.T, err)
		if id := string(f[0]); len(id) != 5 || id[0] != 0 || ids[id] {
			r.Fatalf("peer %d is called %q", i, id)
		}
		ids[string(f[0])] = true
		Must(r.T, router.SendFrames(r.Ctx, f[0], nil, fmt.Append(nil, i)))
		r.Expect(p, fmt.Sprint(i))
	}
}

// RFC 28, ROUTER: "unique": the second of a name is refused while the first one
// is there, and may come when it has left.
func routerRefusesDuplicates(r *Fixture) {
	router := r.Socket(zmq.ROUTER, zmq.Options{RouterMandatory: true})
	o := zmq.Options{RoutingID: []byte("same"), Linger: zmq.NoLinger}
	first, second := r.Socket(zmq.DEALER, o), r.Socket(zmq.DEALER, o)
	r.Link(router, first)
	Must(r.T, second.Connect(router.LastEndpoint()))
	for i := range 50 {
		r.Send(router, "same", fmt.Sprint(i))
		r.Expect(first, fmt.Sprint(i))
	}
	Must(r.T, first.Close())
	r.Eventually("the second takes the place of the first", func() bool {
		_ = router.TrySend(zmq.StringMsg("same", "to the second"))
		_, err := second.TryRecv()
		return err == nil
	})
}

// libzmq's ZMQ_ROUTER_HANDOVER: "the ROUTER socket shall reassign the connection to
// the new client and disconnect the existing client".
func routerHandsOver(r *Fixture) {
	router := r.Socket(zmq.ROUTER, zmq.Options{RouterMandatory: true, RouterHandover: true})
	o := zmq.Options{RoutingID: []byte("same"), ReconnectInterval: -1}
	first, second := r.Socket(zmq.DEALER, o), r.Socket(zmq.DEALER, o)
	r.Link(router, first)
	r.Send(first, "from the first")
	r.Expect(router, "same", "from the first")
	<-router.Readable() // the token that says: find out
	_, err := router.TryRecv()
	r.Fails("receiving before anything was sent", err, zmq.ErrWouldBlock)
	r.Send(first, "late")
	r.Eventually("the late one is there", func() bool { return len(router.Readable()) > 0 })

	Must(r.T, second.Connect(router.LastEndpoint()))
	r.Eventually("the second one is connected", func() bool { return second.Stats().Peers == 1 })
	r.Send(second, "from the second")
	var texts []string
	for len(texts) < 2 { // what the first had sent comes under a name that is made up, or its own
		m, err := router.RecvFrames(r.Ctx)
		Must(r.T, err)
		if texts = append(texts, string(m[1])); texts[len(texts)-1] == "from the second" && string(m[0]) != "same" {
			r.Fatalf("the second one is called %q", m[0])
		}
	}
	r.Send(router, "same", "to the second")
	r.Expect(second, "to the second")
	if r.Transport != "inproc" {
		r.Peers(first, 0)
		r.Peers(router, 1)
	}
	_, err = first.TryRecv()
	r.Fails("the first one receives", err, zmq.ErrWouldBlock)
}

// libzmq's ZMQ_PROBE_ROUTER: "the socket will automatically send an empty message
// when a new connection is made or accepted".
func routerIsProbed(r *Fixture) {
	for _, typ := range []zmq.Type{zmq.DEALER, zmq.REQ, zmq.ROUTER} {
		router := r.Socket(zmq.ROUTER, zmq.Options{})
		prober := r.Socket(typ, zmq.Options{ProbeRouter: true, RoutingID: []byte("me")})
		Must(r.T, prober.Connect(r.Bind(router)))
		r.Expect(router, "me", "")
		if typ == zmq.REQ {
			r.Send(router, "me", "", "no request, no reply")
			r.Send(prober, "q")
			r.Expect(router, "me", "", "q")
		}
		Must(r.T, router.Close())
	}
}

// RFC 28, ROUTER: "SHALL either silently drop the message, or return an error,
// depending on configuration, if the queue does not exist, or is full", "SHALL
// NOT block on sending". This is the default.
func routerDrops(r *Fixture) {
	router := r.Socket(zmq.ROUTER, zmq.Options{SendHWM: 2, Linger: zmq.NoLinger})
	full := r.Socket(zmq.DEALER, zmq.Options{RoutingID: []byte("full"), RecvHWM: 2})
	r.Link(router, full)
	Must(r.T, router.TrySend(zmq.StringMsg("nobody", "x")))
	r.Dropped(router, zmq.DropUnroutable, 1)
	for router.Stats().Dropped[zmq.DropHighWater] == 0 {
		Must(r.T, router.TrySend(zmq.StringMsg("full", Large)))
	}
	r.Fails("an address and no message", router.TrySend(zmq.StringMsg("full")), zmq.ErrNoFrame)
}

// The same sentence with RouterMandatory: an error, or a wait for room, as with
// libzmq's ROUTER_MANDATORY.
func routerMandatory(r *Fixture) {
	router := r.Socket(zmq.ROUTER, zmq.Options{SendHWM: 2, RouterMandatory: true})
	peer := r.Socket(zmq.DEALER, zmq.Options{RoutingID: []byte("peer"), RecvHWM: 2})
	r.Link(router, peer)
	r.Fails("to an unknown peer", router.SendFrames(r.Ctx, []byte("nobody"), nil), zmq.ErrUnroutable)
	n := r.Fill(router, "peer")
	sent := Async(func() error { return router.Send(r.Ctx, zmq.StringMsg("peer", "last")) })
	for range n {
		r.Expect(peer, Large)
	}
	r.Expect(peer, "last")
	Must(r.T, <-sent)

	r.Fill(router, "peer")
	sent = Async(func() error {
		for {
			if err := router.Send(r.Ctx, zmq.StringMsg("peer", Large)); err != nil {
				return err
			}
		}
	})
	Must(r.T, peer.Close())
	r.Fails("waiting for a peer that left", <-sent, zmq.ErrUnroutable)
}

// RFC 28, ROUTER: "MAY be connected to any number of REQ, DEALER, or ROUTER
// peers, and MAY both send and receive messages". The first sender has to know the
// other's routing id.
func routerToRouter(r *Fixture) {
	a, b := r.Socket(zmq.ROUTER, zmq.Options{RoutingID: []byte("a")}), r.Socket(zmq.ROUTER, zmq.Options{RoutingID: []byte("b")})
	r.Link(a, b)
	r.Send(a, "b", "hello")
	r.Expect(b, "a", "hello")
	r.Send(b, "a", "hello yourself")
	r.Expect(a, "b", "hello yourself")
}

// RFC 28, ROUTER: "If this peer disconnects, the ROUTER socket SHALL destroy its
// double queue and SHALL discard any messages it contains."
func routerDiscardsTheQueue(r *Fixture) {
	router := r.Socket(zmq.ROUTER, zmq.Options{SendHWM: 2, RouterMandatory: true})
	o := zmq.Options{RoutingID: []byte("peer"), RecvHWM: 2}
	peer := r.Socket(zmq.DEALER, o)
	r.Link(router, peer)
	n := r.Fill(router, "peer")
	Must(r.T, peer.Close())
	r.Peers(router, 0)
	r.Accounted(router, n)
	next := r.Socket(zmq.DEALER, o)
	Must(r.T, next.Connect(router.LastEndpoint()))
	r.Peers(router, 1)
	r.Send(router, "peer", "for the next")
	r.Expect(next, "for the next")
}
