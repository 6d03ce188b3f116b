package zmq_test

import (
	"fmt"

	"github.com/actum-go/actum/zmq"
)

// requestReply is RFC 28: REQ and REP here, DEALER and ROUTER in
// conformance_router_test.go.
var requestReply = append([]requirement{
	{"REQ and REP in turn", strictlyInTurn},
	{"the envelope on the wire", envelopeOnTheWire},
	{"messages are not modified", requestUnmodified},
	{"REQ asks round robin", requestRoundRobin},
	{"REQ blocks without peers", requestBlocks},
	{"REQ does not discard", requestWaitsForItsPeer},
	{"REQ takes replies from whom it asked", onlyFromWhomWasAsked},
	{"REQ that is relaxed asks again", relaxedAsksAgain},
	{"REQ that correlates takes its own reply", correlatedReplies},
	{"REP queues fairly", replyQueuesFairly},
	{"REP keeps the envelope", replyThroughProxies},
	{"REP discards the reply when the asker is gone", replyDiscarded},
	{"REP does not block", replyDoesNotBlock},
}, dealerAndRouter...)

// RFC 28, REQ: "SHALL send and then receive exactly one message at a time"; REP:
// "SHALL receive and then send exactly one message at a time", "SHALL wait for a
// single reply message from its calling application".
func strictlyInTurn(r *fixture) {
	req, rep := r.socket(zmq.REQ, zmq.Options{}), r.socket(zmq.REP, zmq.Options{})
	r.link(rep, req)
	for i := range 20 {
		_, err := req.Recv(r.ctx)
		r.fails("REQ receives before it asks", err, zmq.ErrState)
		r.fails("REP replies before it is asked", rep.SendBytes(r.ctx, nil), zmq.ErrState)
		r.send(req, "question", fmt.Sprint(i))
		r.fails("REQ asks twice", req.SendBytes(r.ctx, nil), zmq.ErrState)
		r.expect(rep, "question", fmt.Sprint(i))
		_, err = rep.Recv(r.ctx)
		r.fails("REP receives before it replies", err, zmq.ErrState)
		r.send(rep, "reply", fmt.Sprint(i))
		r.fails("REP replies twice", rep.SendBytes(r.ctx, nil), zmq.ErrState)
		r.expect(req, "reply", fmt.Sprint(i))
	}
}

// RFC 28, REQ: "The request and reply messages SHALL have this format on the
// wire: A delimiter, consisting of an empty frame, added by the REQ socket. One
// or more data frames"; "SHALL prefix the outgoing message with an empty
// delimiter frame". REP: "An address envelope consisting of zero or more frames",
// "A delimiter", "One or more data frames".
func envelopeOnTheWire(r *fixture) {
	req, dealer := r.socket(zmq.REQ, zmq.Options{}), r.socket(zmq.DEALER, zmq.Options{})
	rep, router := r.socket(zmq.REP, zmq.Options{}), r.socket(zmq.ROUTER, zmq.Options{})
	r.link(router, req)
	r.send(req, "q", "part 2")
	m, err := router.RecvFrames(r.ctx)
	must(r.T, err)
	if got := fmt.Sprintf("%q", m[1:]); got != `["" "q" "part 2"]` {
		r.Fatalf("a request is %s", got)
	}
	must(r.T, router.SendFrames(r.ctx, m[0], nil, []byte("r"), nil))
	r.expect(req, "r", "")

	r.link(rep, dealer)
	for _, malformed := range [][]string{{"no delimiter"}, {""}, {"envelope", ""}} {
		r.send(dealer, malformed...)
	}
	r.send(dealer, "one", "two", "", "q", "")
	r.expect(rep, "q", "")
	r.send(rep, "r", "")
	r.expect(dealer, "one", "two", "", "r", "")
	r.dropped(rep, zmq.DropMalformed, 3)
}

// Not in the RFC, but libzmq's ZMQ_REQ_RELAXED: a request may be given up. What
// has come for it is dropped; another peer is asked, where there is one.
func relaxedAsksAgain(r *fixture) {
	req := r.socket(zmq.REQ, zmq.Options{ReqRelaxed: true})
	gone, next := r.socket(zmq.REP, zmq.Options{}), r.socket(zmq.REP, zmq.Options{})
	r.link(req, gone, next)
	r.send(req, "one")
	r.expect(gone, "one")
	must(r.T, gone.Close())
	r.send(req, "two")
	r.expect(next, "two")
	r.send(next, "reply to two")
	r.expect(req, "reply to two")
	_, err := req.TryRecv()
	r.fails("a second reply", err, zmq.ErrState)

	r.peers(req, 1)
	r.send(req, "three")
	r.expect(next, "three")
	<-req.Readable() // the token that says: find out
	_, err = req.TryRecv()
	r.fails("receiving before the reply", err, zmq.ErrWouldBlock)
	r.send(next, "reply to three")
	r.eventually("the reply is there", func() bool { return len(req.Readable()) > 0 })
	r.send(req, "four")
	r.expect(next, "four")
	r.send(next, "reply to four")
	r.expect(req, "reply to four")
	r.dropped(req, zmq.DropOutOfTurn, 1)
}

// libzmq's ZMQ_REQ_CORRELATE: "prefix outgoing messages with an extra frame
// containing a request id"; replies without it are dropped, however late.
func correlatedReplies(r *fixture) {
	req, rep := r.socket(zmq.REQ, zmq.Options{ReqRelaxed: true, ReqCorrelate: true}), r.socket(zmq.REP, zmq.Options{})
	r.link(req, rep)
	for i := range 10 {
		text := fmt.Sprint(i)
		r.send(req, "given up "+text)
		r.send(req, "meant "+text)
		for range 2 {
			r.send(rep, "reply to "+r.recv(rep))
		}
		r.expect(req, "reply to meant "+text)
	}
	r.dropped(req, zmq.DropOutOfTurn, 10)

	router := r.socket(zmq.ROUTER, zmq.Options{})
	other := r.socket(zmq.REQ, zmq.Options{ReqCorrelate: true})
	r.link(router, other)
	r.send(other, "q")
	m, err := router.RecvFrames(r.ctx)
	must(r.T, err)
	if len(m) != 4 || len(m[1]) != 4 || len(m[2]) != 0 || string(m[3]) != "q" {
		r.Fatalf("a request is %q", m)
	}
	id := append([]byte(nil), m[1]...)
	id[0]++
	for _, wrong := range [][][]byte{{m[0], id, nil, []byte("r")}, {m[0], nil, []byte("r")}, {m[0], m[1], []byte("r")}, {m[0], m[1], nil}} {
		must(r.T, router.SendFrames(r.ctx, wrong...))
	}
	must(r.T, router.SendFrames(r.ctx, m[0], m[1], nil, []byte("r")))
	r.expect(other, "r")
}

// RFC 28, REP: "SHALL not filter or modify outgoing or incoming messages in any
// way".
func requestUnmodified(r *fixture) {
	req, rep := r.socket(zmq.REQ, zmq.Options{}), r.socket(zmq.REP, zmq.Options{})
	r.link(req, rep) // the asker binds
	for _, shape := range shapes() {
		r.send(req, shape...)
		r.expect(rep, shape...)
		r.send(rep, shape...)
		r.expect(req, shape...)
	}
}

// RFC 28, REQ: "MAY be connected to any number of REP or ROUTER peers", "SHALL
// route outgoing messages to connected peers using a round-robin strategy".
func requestRoundRobin(r *fixture) {
	req := r.socket(zmq.REQ, zmq.Options{})
	reps := []*zmq.Socket{r.socket(zmq.REP, zmq.Options{}), r.socket(zmq.REP, zmq.Options{}), r.socket(zmq.REP, zmq.Options{})}
	r.link(req, reps...)
	for i := range 9 {
		r.send(req, fmt.Sprint(i))
		r.expect(reps[i%3], fmt.Sprint(i))
		r.send(reps[i%3], "r")
		r.expect(req, "r")
	}
}

// RFC 28, REQ: "SHALL block on sending, or return a suitable error, when it has
// no connected peers."
func requestBlocks(r *fixture) {
	req, rep := r.socket(zmq.REQ, zmq.Options{}), r.socket(zmq.REP, zmq.Options{})
	r.fails("asking nobody", req.TrySend(zmq.StringMsg("q")), zmq.ErrWouldBlock)
	asked := async(func() error { return req.SendBytes(r.ctx, []byte("waited")) })
	r.link(req, rep)
	r.expect(rep, "waited")
	must(r.T, <-asked)
}

// RFC 28, REQ: "SHALL NOT discard messages that it cannot send to a connected
// peer."
func requestWaitsForItsPeer(r *fixture) {
	req, rep := r.socket(zmq.REQ, zmq.Options{}), r.socket(zmq.REP, zmq.Options{})
	ep := r.free()
	must(r.T, req.Connect(ep))
	r.send(req, "early")
	must(r.T, rep.Bind(ep))
	r.expect(rep, "early")
	r.send(rep, "r")
	r.expect(req, "r")
}

// RFC 28, REQ: "SHALL accept an incoming message only from the last peer that it
// sent a request to", "SHALL discard silently any messages received from other
// peers".
func onlyFromWhomWasAsked(r *fixture) {
	req := r.socket(zmq.REQ, zmq.Options{RoutingID: []byte("me")})
	first, second := r.socket(zmq.ROUTER, zmq.Options{}), r.socket(zmq.ROUTER, zmq.Options{})
	r.link(first, req)
	r.link(second, req)
	r.peers(req, 2)
	for range 2 {
		asked, other := first, second
		r.send(req, "q")
		r.expect(asked, "me", "", "q")
		before := req.Stats().Dropped[zmq.DropOutOfTurn]
		r.send(other, "me", "", "not asked")
		r.eventually("the wrong reply is dropped", func() bool {
			_, err := req.TryRecv()
			r.fails("receiving a reply from another peer", err, zmq.ErrWouldBlock)
			return req.Stats().Dropped[zmq.DropOutOfTurn] == before+1
		})
		r.send(asked, "me", "", "r")
		r.expect(req, "r")
		first, second = second, first
	}
}

// RFC 28, REP: "MAY be connected to any number of REQ or DEALER peers", "SHALL
// receive incoming messages from its peers using a fair-queuing strategy".
func replyQueuesFairly(r *fixture) {
	rep := r.socket(zmq.REP, zmq.Options{})
	flood, req := r.socket(zmq.DEALER, zmq.Options{Linger: zmq.NoLinger}), r.socket(zmq.REQ, zmq.Options{})
	r.link(rep, flood, req)
	flooded := async(func() error {
		for flood.SendFrames(r.ctx, nil, []byte("flood")) == nil {
			_, _ = flood.TryRecv()
		}
		return nil
	})
	for i := range 20 {
		r.send(req, fmt.Sprint(i))
		for served := ""; served != fmt.Sprint(i); {
			served = r.recv(rep)
			r.send(rep, "r", served)
		}
		r.expect(req, "r", fmt.Sprint(i))
	}
	must(r.T, flood.Close())
	must(r.T, <-flooded)
}

// RFC 28, REP: "SHALL remove and store the address envelope, including the
// delimiter", "SHALL pass the remaining data frames to its calling application",
// "SHALL prepend the address envelope and delimiter", "SHALL deliver this message
// back to the originating peer": here through two proxies.
func replyThroughProxies(r *fixture) {
	var fronts, backs []*zmq.Socket
	for range 2 {
		fronts, backs = append(fronts, r.socket(zmq.ROUTER, zmq.Options{})), append(backs, r.socket(zmq.DEALER, zmq.Options{}))
	}
	reqs := []*zmq.Socket{r.socket(zmq.REQ, zmq.Options{}), r.socket(zmq.REQ, zmq.Options{})}
	rep := r.socket(zmq.REP, zmq.Options{})
	r.link(fronts[0], reqs...)
	r.link(fronts[1], backs[0])
	r.link(rep, backs[1])
	forward := func(from, to *zmq.Socket) {
		m, err := from.Recv(r.ctx)
		must(r.T, err)
		must(r.T, to.Send(r.ctx, m))
	}
	for i, req := range reqs {
		r.send(req, "from", fmt.Sprint(i))
		forward(fronts[0], backs[0])
		forward(fronts[1], backs[1])
	}
	for i := range reqs {
		r.expect(rep, "from", fmt.Sprint(i))
		r.send(rep, "to", fmt.Sprint(i))
		forward(backs[1], fronts[1])
		forward(backs[0], fronts[0])
	}
	for i, req := range reqs {
		r.expect(req, "to", fmt.Sprint(i))
	}
}

// RFC 28, REP: "SHALL silently discard the reply, or return an error, if the
// originating peer is no longer connected."
func replyDiscarded(r *fixture) {
	rep := r.socket(zmq.REP, zmq.Options{})
	gone, other := r.socket(zmq.REQ, zmq.Options{}), r.socket(zmq.REQ, zmq.Options{})
	r.link(rep, gone)
	r.send(gone, "q")
	r.expect(rep, "q")
	must(r.T, gone.Close())
	r.peers(rep, 0)
	must(r.T, other.Connect(rep.LastEndpoint()))
	r.peers(rep, 1)
	must(r.T, rep.TrySend(zmq.StringMsg("for who is gone")))
	r.dropped(rep, zmq.DropPeerGone, 1)
	r.send(other, "q") // and REP continues
	r.expect(rep, "q")
	r.send(rep, "r")
	r.expect(other, "r")
}

// RFC 28, REP: "SHALL not block on sending."
func replyDoesNotBlock(r *fixture) {
	rep := r.socket(zmq.REP, zmq.Options{SendHWM: 1, Linger: zmq.NoLinger})
	deaf := r.socket(zmq.DEALER, zmq.Options{RecvHWM: 1, Linger: zmq.NoLinger})
	r.link(rep, deaf)
	for rep.Stats().Dropped[zmq.DropHighWater] == 0 {
		r.send(deaf, "", "q")
		r.expect(rep, "q")
		must(r.T, rep.TrySend(zmq.StringMsg(large)))
	}
}
