package zmq_test

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
func dealerUnmodified(r *fixture) {
	a, b := r.socket(zmq.DEALER, zmq.Options{}), r.socket(zmq.DEALER, zmq.Options{})
	r.link(a, b)
	for _, shape := range shapes() {
		r.send(a, shape...)
		r.expect(b, shape...)
		r.send(b, shape...)
		r.expect(a, shape...)
	}
}

// RFC 28, DEALER: "SHALL route outgoing messages to available peers using a
// round-robin strategy", "SHALL receive incoming messages from its peers using a
// fair-queuing strategy".
func dealerRoundRobin(r *fixture) {
	dealer := r.socket(zmq.DEALER, zmq.Options{})
	peers := []*zmq.Socket{r.socket(zmq.DEALER, zmq.Options{}), r.socket(zmq.DEALER, zmq.Options{})}
	r.link(dealer, peers...)
	for i := range 20 {
		r.send(dealer, fmt.Sprint(i))
	}
	for i := range 20 {
		r.expect(peers[i%2], fmt.Sprint(i))
		r.send(peers[i%2], "back", fmt.Sprint(i%2))
	}
	got := map[string]int{}
	for range 20 {
		got[r.recv(dealer)]++
	}
	if got["back|0"] != 10 || got["back|1"] != 10 {
		r.Fatalf("received %v", got)
	}
}

// RFC 28, DEALER: "SHALL create a double queue when initiating an outgoing
// connection to a peer, and SHALL maintain the double queue whether or not the
// connection is established."
func dealerQueuesBeforeItIsConnected(r *fixture) {
	dealer, router := r.socket(zmq.DEALER, zmq.Options{RoutingID: []byte("me")}), r.socket(zmq.ROUTER, zmq.Options{})
	ep := r.free()
	must(r.T, dealer.Connect(ep))
	for i := range 3 {
		must(r.T, dealer.TrySend(zmq.StringMsg(fmt.Sprint(i))))
	}
	must(r.T, router.Bind(ep))
	for i := range 3 {
		r.expect(router, "me", fmt.Sprint(i))
	}
}

// RFC 28, DEALER: "SHALL block on sending, or return a suitable error, when it
// has no available peers", "SHALL not accept further messages when it has no
// available peers", "SHALL NOT discard messages that it cannot queue".
func dealerBlocks(r *fixture) {
	dealer, peer := r.socket(zmq.DEALER, zmq.Options{SendHWM: 2}), r.socket(zmq.DEALER, zmq.Options{RecvHWM: 2})
	r.fails("sending to nobody", dealer.TrySend(zmq.StringMsg("x")), zmq.ErrWouldBlock)
	r.link(dealer, peer)
	n := r.fill(dealer)
	sent := async(func() error { return dealer.SendBytes(r.ctx, []byte("last")) })
	for range n {
		r.expect(peer, large)
	}
	r.expect(peer, "last")
	must(r.T, <-sent)
}

// RFC 28, DEALER: "SHALL create a double queue when a peer connects to it. If
// this peer disconnects, the DEALER socket SHALL destroy its double queue and
// SHALL discard any messages it contains."
func dealerDiscardsTheQueue(r *fixture) {
	dealer, peer := r.socket(zmq.DEALER, zmq.Options{SendHWM: 2}), r.socket(zmq.DEALER, zmq.Options{RecvHWM: 2})
	r.link(dealer, peer)
	n := r.fill(dealer)
	must(r.T, peer.Close())
	r.peers(dealer, 0)
	r.accounted(dealer, n)
	r.fails("sending to nobody", dealer.TrySend(zmq.StringMsg("x")), zmq.ErrWouldBlock)
}

// RFC 28, ROUTER: "SHALL prefix each incoming message with a frame containing the
// identity of the originating double queue", "SHALL remove the first frame from
// each outgoing message and use this as the identity of a double queue", "SHALL
// route the message to the outgoing queue if that queue exists, and has space",
// "SHOULD allow the peer to specify its identity explicitly".
func routerAddresses(r *fixture) {
	router := r.socket(zmq.ROUTER, zmq.Options{})
	var peers []*zmq.Socket
	for i := range 3 {
		peers = append(peers, r.socket(zmq.DEALER, zmq.Options{RoutingID: fmt.Append(nil, "peer ", i)}))
	}
	r.link(router, peers...)
	for i, p := range peers {
		for _, shape := range shapes() {
			r.send(p, shape...)
			r.expect(router, append([]string{fmt.Sprint("peer ", i)}, shape...)...)
		}
	}
	for i := range peers { // in another order than they have sent
		to := len(peers) - 1 - i
		r.send(router, fmt.Sprint("peer ", to), "", fmt.Sprint(to))
	}
	for i, p := range peers {
		r.expect(p, "", fmt.Sprint(i))
	}
}

// RFC 28, ROUTER: "SHALL identify each double queue using a unique identity
// binary string".
func routerGeneratesIDs(r *fixture) {
	router := r.socket(zmq.ROUTER, zmq.Options{})
	var peers []*zmq.Socket
	for range 3 {
		peers = append(peers, r.socket(zmq.REQ, zmq.Options{}))
	}
	r.link(router, peers...)
	ids := map[string]bool{}
	for i, p := range peers {
		r.send(p, fmt.Sprint(i))
		f, err := router.RecvFrames(r.ctx)
		must(r.T, err)
		if id := string(f[0]); len(id) != 5 || id[0] != 0 || ids[id] {
			r.Fatalf("peer %d is called %q", i, id)
		}
		ids[string(f[0])] = true
		must(r.T, router.SendFrames(r.ctx, f[0], nil, fmt.Append(nil, i)))
		r.expect(p, fmt.Sprint(i))
	}
}

// RFC 28, ROUTER: "unique": the second of a name is refused while the first one
// is there, and may come when it has left.
func routerRefusesDuplicates(r *fixture) {
	router := r.socket(zmq.ROUTER, zmq.Options{RouterMandatory: true})
	o := zmq.Options{RoutingID: []byte("same"), Linger: zmq.NoLinger}
	first, second := r.socket(zmq.DEALER, o), r.socket(zmq.DEALER, o)
	r.link(router, first)
	must(r.T, second.Connect(router.LastEndpoint()))
	for i := range 50 {
		r.send(router, "same", fmt.Sprint(i))
		r.expect(first, fmt.Sprint(i))
	}
	must(r.T, first.Close())
	r.eventually("the second takes the place of the first", func() bool {
		_ = router.TrySend(zmq.StringMsg("same", "to the second"))
		_, err := second.TryRecv()
		return err == nil
	})
}

// libzmq's ZMQ_ROUTER_HANDOVER: "the ROUTER socket shall reassign the connection to
// the new client and disconnect the existing client".
func routerHandsOver(r *fixture) {
	router := r.socket(zmq.ROUTER, zmq.Options{RouterMandatory: true, RouterHandover: true})
	o := zmq.Options{RoutingID: []byte("same"), ReconnectInterval: -1}
	first, second := r.socket(zmq.DEALER, o), r.socket(zmq.DEALER, o)
	r.link(router, first)
	r.send(first, "from the first")
	r.expect(router, "same", "from the first")
	<-router.Readable() // the token that says: find out
	_, err := router.TryRecv()
	r.fails("receiving before anything was sent", err, zmq.ErrWouldBlock)
	r.send(first, "late")
	r.eventually("the late one is there", func() bool { return len(router.Readable()) > 0 })

	must(r.T, second.Connect(router.LastEndpoint()))
	r.eventually("the second one is connected", func() bool { return second.Stats().Peers == 1 })
	r.send(second, "from the second")
	var texts []string
	for len(texts) < 2 { // what the first had sent comes under a name that is made up, or its own
		m, err := router.RecvFrames(r.ctx)
		must(r.T, err)
		if texts = append(texts, string(m[1])); texts[len(texts)-1] == "from the second" && string(m[0]) != "same" {
			r.Fatalf("the second one is called %q", m[0])
		}
	}
	r.send(router, "same", "to the second")
	r.expect(second, "to the second")
	if r.transport != "inproc" {
		r.peers(first, 0)
		r.peers(router, 1)
	}
	_, err = first.TryRecv()
	r.fails("the first one receives", err, zmq.ErrWouldBlock)
}

// libzmq's ZMQ_PROBE_ROUTER: "the socket will automatically send an empty message
// when a new connection is made or accepted".
func routerIsProbed(r *fixture) {
	for _, typ := range []zmq.Type{zmq.DEALER, zmq.REQ, zmq.ROUTER} {
		router := r.socket(zmq.ROUTER, zmq.Options{})
		prober := r.socket(typ, zmq.Options{ProbeRouter: true, RoutingID: []byte("me")})
		must(r.T, prober.Connect(r.bind(router)))
		r.expect(router, "me", "")
		if typ == zmq.REQ {
			r.send(router, "me", "", "no request, no reply")
			r.send(prober, "q")
			r.expect(router, "me", "", "q")
		}
		must(r.T, router.Close())
	}
}

// RFC 28, ROUTER: "SHALL either silently drop the message, or return an error,
// depending on configuration, if the queue does not exist, or is full", "SHALL
// NOT block on sending". This is the default.
func routerDrops(r *fixture) {
	router := r.socket(zmq.ROUTER, zmq.Options{SendHWM: 2, Linger: zmq.NoLinger})
	deaf := r.socket(zmq.DEALER, zmq.Options{RoutingID: []byte("deaf"), RecvHWM: 2})
	r.link(router, deaf)
	must(r.T, router.TrySend(zmq.StringMsg("nobody", "x")))
	r.dropped(router, zmq.DropUnroutable, 1)
	for router.Stats().Dropped[zmq.DropHighWater] == 0 {
		must(r.T, router.TrySend(zmq.StringMsg("deaf", large)))
	}
	r.fails("an address and no message", router.TrySend(zmq.StringMsg("deaf")), zmq.ErrNoFrame)
}

// The same sentence with RouterMandatory: an error, or a wait for room, as with
// libzmq's ROUTER_MANDATORY.
func routerMandatory(r *fixture) {
	router := r.socket(zmq.ROUTER, zmq.Options{SendHWM: 2, RouterMandatory: true})
	peer := r.socket(zmq.DEALER, zmq.Options{RoutingID: []byte("peer"), RecvHWM: 2})
	r.link(router, peer)
	r.fails("to nobody", router.SendFrames(r.ctx, []byte("nobody"), nil), zmq.ErrUnroutable)
	n := r.fill(router, "peer")
	sent := async(func() error { return router.Send(r.ctx, zmq.StringMsg("peer", "last")) })
	for range n {
		r.expect(peer, large)
	}
	r.expect(peer, "last")
	must(r.T, <-sent)

	r.fill(router, "peer")
	sent = async(func() error {
		for {
			if err := router.Send(r.ctx, zmq.StringMsg("peer", large)); err != nil {
				return err
			}
		}
	})
	must(r.T, peer.Close())
	r.fails("waiting for a peer that left", <-sent, zmq.ErrUnroutable)
}

// RFC 28, ROUTER: "MAY be connected to any number of REQ, DEALER, or ROUTER
// peers, and MAY both send and receive messages". The first sender has to know the
// other's routing id.
func routerToRouter(r *fixture) {
	a, b := r.socket(zmq.ROUTER, zmq.Options{RoutingID: []byte("a")}), r.socket(zmq.ROUTER, zmq.Options{RoutingID: []byte("b")})
	r.link(a, b)
	r.send(a, "b", "hello")
	r.expect(b, "a", "hello")
	r.send(b, "a", "hello yourself")
	r.expect(a, "b", "hello yourself")
}

// RFC 28, ROUTER: "If this peer disconnects, the ROUTER socket SHALL destroy its
// double queue and SHALL discard any messages it contains."
func routerDiscardsTheQueue(r *fixture) {
	router := r.socket(zmq.ROUTER, zmq.Options{SendHWM: 2, RouterMandatory: true})
	o := zmq.Options{RoutingID: []byte("peer"), RecvHWM: 2}
	peer := r.socket(zmq.DEALER, o)
	r.link(router, peer)
	n := r.fill(router, "peer")
	must(r.T, peer.Close())
	r.peers(router, 0)
	r.accounted(router, n)
	next := r.socket(zmq.DEALER, o)
	must(r.T, next.Connect(router.LastEndpoint()))
	r.peers(router, 1)
	r.send(router, "peer", "for the next")
	r.expect(next, "for the next")
}
