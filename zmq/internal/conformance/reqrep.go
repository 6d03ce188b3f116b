package conformance

import (
	"fmt"

	"github.com/actum-go/actum/zmq"
)

// requestReply is RFC 28: REQ and REP here, DEALER and ROUTER in
// router.go.
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
func strictlyInTurn(r *Fixture) {
	req, rep := r.Socket(zmq.REQ, zmq.Options{}), r.Socket(zmq.REP, zmq.Options{})
	r.Link(rep, req)
	for i := range 20 {
		_, err := req.Recv(r.Ctx)
		r.Fails("REQ receives before it asks", err, zmq.ErrState)
		r.Fails("REP replies before it is asked", rep.SendBytes(r.Ctx, nil), zmq.ErrState)
		r.Send(req, "question", fmt.Sprint(i))
		r.Fails("REQ asks twice", req.SendBytes(r.Ctx, nil), zmq.ErrState)
		r.Expect(rep, "question", fmt.Sprint(i))
		_, err = rep.Recv(r.Ctx)
		r.Fails("REP receives before it replies", err, zmq.ErrState)
		r.Send(rep, "reply", fmt.Sprint(i))
		r.Fails("REP replies twice", rep.SendBytes(r.Ctx, nil), zmq.ErrState)
		r.Expect(req, "reply", fmt.Sprint(i))
	}
}

// RFC 28, REQ: "The request and reply messages SHALL have this format on the
// wire: A delimiter, consisting of an empty frame, added by the REQ socket. One
// or more data frames"; "SHALL prefix the outgoing message with an empty
// delimiter frame". REP: "An address envelope consisting of zero or more frames",
// "A delimiter", "One or more data frames".
func envelopeOnTheWire(r *Fixture) {
	req, dealer := r.Socket(zmq.REQ, zmq.Options{}), r.Socket(zmq.DEALER, zmq.Options{})
	rep, router := r.Socket(zmq.REP, zmq.Options{}), r.Socket(zmq.ROUTER, zmq.Options{})
	r.Link(router, req)
	r.Send(req, "q", "part 2")
	m, err := router.RecvFrames(r.Ctx)
	Must(r.T, err)
	if got := fmt.Sprintf("%q", m[1:]); got != `["" "q" "part 2"]` {
		r.Fatalf("a request is %s", got)
	}
	Must(r.T, router.SendFrames(r.Ctx, m[0], nil, []byte("r"), nil))
	r.Expect(req, "r", "")

	r.Link(rep, dealer)
	for _, malformed := range [][]string{{"no delimiter"}, {""}, {"envelope", ""}} {
		r.Send(dealer, malformed...)
	}
	r.Send(dealer, "one", "two", "", "q", "")
	r.Expect(rep, "q", "")
	r.Send(rep, "r", "")
	r.Expect(dealer, "one", "two", "", "r", "")
	r.Dropped(rep, zmq.DropMalformed, 3)
}

// Not in the RFC, but libzmq's ZMQ_REQ_RELAXED: a request may be given up. What
// has come for it is dropped; another peer is asked, where there is one.
func relaxedAsksAgain(r *Fixture) {
	req := r.Socket(zmq.REQ, zmq.Options{ReqRelaxed: true})
	gone, next := r.Socket(zmq.REP, zmq.Options{}), r.Socket(zmq.REP, zmq.Options{})
	r.Link(req, gone, next)
	r.Send(req, "one")
	r.Expect(gone, "one")
	Must(r.T, gone.Close())
	r.Send(req, "two")
	r.Expect(next, "two")
	r.Send(next, "reply to two")
	r.Expect(req, "reply to two")
	_, err := req.TryRecv()
	r.Fails("a second reply", err, zmq.ErrState)

	r.Peers(req, 1)
	r.Send(req, "three")
	r.Expect(next, "three")
	<-req.Readable() // the token that says: find out
	_, err = req.TryRecv()
	r.Fails("receiving before the reply", err, zmq.ErrWouldBlock)
	r.Send(next, "reply to three")
	r.Eventually("the reply is there", func() bool { return len(req.Readable()) > 0 })
	r.Send(req, "four")
	r.Expect(next, "four")
	r.Send(next, "reply to four")
	r.Expect(req, "reply to four")
	r.Dropped(req, zmq.DropOutOfTurn, 1)
}

// libzmq's ZMQ_REQ_CORRELATE: "prefix outgoing messages with an extra frame
// containing a request id"; replies without it are dropped, however late.
func correlatedReplies(r *Fixture) {
	req, rep := r.Socket(zmq.REQ, zmq.Options{ReqRelaxed: true, ReqCorrelate: true}), r.Socket(zmq.REP, zmq.Options{})
	r.Link(req, rep)
	for i := range 10 {
		text := fmt.Sprint(i)
		r.Send(req, "given up "+text)
		r.Send(req, "meant "+text)
		for range 2 {
			r.Send(rep, "reply to "+r.Recv(rep))
		}
		r.Expect(req, "reply to meant "+text)
	}
	r.Dropped(req, zmq.DropOutOfTurn, 10)

	router := r.Socket(zmq.ROUTER, zmq.Options{})
	other := r.Socket(zmq.REQ, zmq.Options{ReqCorrelate: true})
	r.Link(router, other)
	r.Send(other, "q")
	m, err := router.RecvFrames(r.Ctx)
	Must(r.T, err)
	if len(m) != 4 || len(m[1]) != 4 || len(m[2]) != 0 || string(m[3]) != "q" {
		r.Fatalf("a request is %q", m)
	}
	id := append([]byte(nil), m[1]...)
	id[0]++
	for _, wrong := range [][][]byte{{m[0], id, nil, []byte("r")}, {m[0], nil, []byte("r")}, {m[0], m[1], []byte("r")}, {m[0], m[1], nil}} {
		Must(r.T, router.SendFrames(r.Ctx, wrong...))
	}
	Must(r.T, router.SendFrames(r.Ctx, m[0], m[1], nil, []byte("r")))
	r.Expect(other, "r")
}

// RFC 28, REP: "SHALL not filter or modify outgoing or incoming messages in any
// way".
func requestUnmodified(r *Fixture) {
	req, rep := r.Socket(zmq.REQ, zmq.Options{}), r.Socket(zmq.REP, zmq.Options{})
	r.Link(req, rep) // the asker binds
	for _, shape := range shapes() {
		r.Send(req, shape...)
		r.Expect(rep, shape...)
		r.Send(rep, shape...)
		r.Expect(req, shape...)
	}
}

// RFC 28, REQ: "MAY be connected to any number of REP or ROUTER peers", "SHALL
// route outgoing messages to connected peers using a round-robin strategy".
func requestRoundRobin(r *Fixture) {
	req := r.Socket(zmq.REQ, zmq.Options{})
	reps := []*zmq.Socket{r.Socket(zmq.REP, zmq.Options{}), r.Socket(zmq.REP, zmq.Options{}), r.Socket(zmq.REP, zmq.Options{})}
	r.Link(req, reps...)
	for i := range 9 {
		r.Send(req, fmt.Sprint(i))
		r.Expect(reps[i%3], fmt.Sprint(i))
		r.Send(reps[i%3], "r")
		r.Expect(req, "r")
	}
}

// RFC 28, REQ: "SHALL block on sending, or return a suitable error, when it has
// no connected peers."
func requestBlocks(r *Fixture) {
	req, rep := r.Socket(zmq.REQ, zmq.Options{}), r.Socket(zmq.REP, zmq.Options{})
	r.Fails("asking without a peer", req.TrySend(zmq.StringMsg("q")), zmq.ErrWouldBlock)
	asked := Async(func() error { return req.SendBytes(r.Ctx, []byte("waited")) })
	r.Link(req, rep)
	r.Expect(rep, "waited")
	Must(r.T, <-asked)
}

// RFC 28, REQ: "SHALL NOT discard messages that it cannot send to a connected
// peer."
func requestWaitsForItsPeer(r *Fixture) {
	req, rep := r.Socket(zmq.REQ, zmq.Options{}), r.Socket(zmq.REP, zmq.Options{})
	ep := r.Free()
	Must(r.T, req.Connect(ep))
	r.Send(req, "early")
	Must(r.T, rep.Bind(ep))
	r.Expect(rep, "early")
	r.Send(rep, "r")
	r.Expect(req, "r")
}

// RFC 28, REQ: "SHALL accept an incoming message only from the last peer that it
// sent a request to", "SHALL discard silently any messages received from other
// peers".
func onlyFromWhomWasAsked(r *Fixture) {
	req := r.Socket(zmq.REQ, zmq.Options{RoutingID: []byte("me")})
	first, second := r.Socket(zmq.ROUTER, zmq.Options{}), r.Socket(zmq.ROUTER, zmq.Options{})
	r.Link(first, req)
	r.Link(second, req)
	r.Peers(req, 2)
	for range 2 {
		asked, other := first, second
		r.Send(req, "q")
		r.Expect(asked, "me", "", "q")
		before := req.Stats().Dropped[zmq.DropOutOfTurn]
		r.Send(other, "me", "", "not asked")
		r.Eventually("the wrong reply is dropped", func() bool {
			_, err := req.TryRecv()
			r.Fails("receiving a reply from another peer", err, zmq.ErrWouldBlock)
			return req.Stats().Dropped[zmq.DropOutOfTurn] == before+1
		})
		r.Send(asked, "me", "", "r")
		r.Expect(req, "r")
		first, second = second, first
	}
}

// RFC 28, REP: "MAY be connected to any number of REQ or DEALER peers", "SHALL
// receive incoming messages from its peers using a fair-queuing strategy".
func replyQueuesFairly(r *Fixture) {
	rep := r.Socket(zmq.REP, zmq.Options{})
	flood, req := r.Socket(zmq.DEALER, zmq.Options{Linger: zmq.NoLinger}), r.Socket(zmq.REQ, zmq.Options{})
	r.Link(rep, flood, req)
	flooded := Async(func() error {
		for flood.SendFrames(r.Ctx, nil, []byte("flood")) == nil {
			_, _ = flood.TryRecv()
		}
		return nil
	})
	for i := range 20 {
		r.Send(req, fmt.Sprint(i))
		for served := ""; served != fmt.Sprint(i); {
			served = r.Recv(rep)
			r.Send(rep, "r", served)
		}
		r.Expect(req, "r", fmt.Sprint(i))
	}
	Must(r.T, flood.Close())
	Must(r.T, <-flooded)
}

// RFC 28, REP: "SHALL remove and store the address envelope, including the
// delimiter", "SHALL pass the remaining data frames to its calling application",
// "SHALL prepend the address envelope and delimiter", "SHALL deliver this message
// back to the originating peer": here through two proxies.
func replyThroughProxies(r *Fixture) {
	var fronts, backs []*zmq.Socket
	for range 2 {
		fronts, backs = append(fronts, r.Socket(zmq.ROUTER, zmq.Options{})), append(backs, r.Socket(zmq.DEALER, zmq.Options{}))
	}
	reqs := []*zmq.Socket{r.Socket(zmq.REQ, zmq.Options{}), r.Socket(zmq.REQ, zmq.Options{})}
	rep := r.Socket(zmq.REP, zmq.Options{})
	r.Link(fronts[0], reqs...)
	r.Link(fronts[1], backs[0])
	r.Link(rep, backs[1])
	forward := func(from, to *zmq.Socket) {
		m, err := from.Recv(r.Ctx)
		Must(r.T, err)
		Must(r.T, to.Send(r.Ctx, m))
	}
	for i, req := range reqs {
		r.Send(req, "from", fmt.Sprint(i))
		forward(fronts[0], backs[0])
		forward(fronts[1], backs[1])
	}
	for i := range reqs {
		r.Expect(rep, "from", fmt.Sprint(i))
		r.Send(rep, "to", fmt.Sprint(i))
		forward(backs[1], fronts[1])
		forward(backs[0], fronts[0])
	}
	for i, req := range reqs {
		r.Expect(req, "to", fmt.Sprint(i))
	}
}

// RFC 28, REP: "SHALL silently discard the reply, or return an error, if the
// originating peer is no longer connected."
func replyDiscarded(r *Fixture) {
	rep := r.Socket(zmq.REP, zmq.Options{})
	gone, other := r.Socket(zmq.REQ, zmq.Options{}), r.Socket(zmq.REQ, zmq.Options{})
	r.Link(rep, gone)
	r.Send(gone, "q")
	r.Expect(rep, "q")
	Must(r.T, gone.Close())
	r.Peers(rep, 0)
	Must(r.T, other.Connect(rep.LastEndpoint()))
	r.Peers(rep, 1)
	Must(r.T, rep.TrySend(zmq.StringMsg("for a peer that is gone")))
	r.Dropped(rep, zmq.DropPeerGone, 1)
	r.Send(other, "q") // and REP continues
	r.Expect(rep, "q")
	r.Send(rep, "r")
	r.Expect(other, "r")
}

// RFC 28, REP: "SHALL not block on sending."
func replyDoesNotBlock(r *Fixture) {
	rep := r.Socket(zmq.REP, zmq.Options{SendHWM: 1, Linger: zmq.NoLinger})
	full := r.Socket(zmq.DEALER, zmq.Options{RecvHWM: 1, Linger: zmq.NoLinger})
	r.Link(rep, full)
	for rep.Stats().Dropped[zmq.DropHighWater] == 0 {
		r.Send(full, "", "q")
		r.Expect(rep, "q")
		Must(r.T, rep.TrySend(zmq.StringMsg(Large)))
	}
}
