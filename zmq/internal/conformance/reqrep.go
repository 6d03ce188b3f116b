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
func strictlyInTurn(f *Fixture) {
	req, rep := f.Socket(zmq.REQ, zmq.Options{}), f.Socket(zmq.REP, zmq.Options{})
	f.Link(rep, req)
	for i := range 20 {
		_, err := req.Recv(f.Ctx)
		f.Fails("REQ receives before it asks", err, zmq.ErrState)
		f.Fails("REP replies before it is asked", rep.SendBytes(f.Ctx, nil), zmq.ErrState)
		f.Send(req, "question", fmt.Sprint(i))
		f.Fails("REQ asks twice", req.SendBytes(f.Ctx, nil), zmq.ErrState)
		f.Expect(rep, "question", fmt.Sprint(i))
		_, err = rep.Recv(f.Ctx)
		f.Fails("REP receives before it replies", err, zmq.ErrState)
		f.Send(rep, "reply", fmt.Sprint(i))
		f.Fails("REP replies twice", rep.SendBytes(f.Ctx, nil), zmq.ErrState)
		f.Expect(req, "reply", fmt.Sprint(i))
	}
}

// RFC 28, REQ: "The request and reply messages SHALL have this format on the
// wire: A delimiter, consisting of an empty frame, added by the REQ socket. One
// or more data frames"; "SHALL prefix the outgoing message with an empty
// delimiter frame". REP: "An address envelope consisting of zero or more frames",
// "A delimiter", "One or more data frames".
func envelopeOnTheWire(f *Fixture) {
	req, dealer := f.Socket(zmq.REQ, zmq.Options{}), f.Socket(zmq.DEALER, zmq.Options{})
	rep, router := f.Socket(zmq.REP, zmq.Options{}), f.Socket(zmq.ROUTER, zmq.Options{})
	f.Link(router, req)
	f.Send(req, "q", "part 2")
	m, err := router.RecvFrames(f.Ctx)
	Must(f.T, err)
	if got := fmt.Sprintf("%q", m[1:]); got != `["" "q" "part 2"]` {
		f.Fatalf("a request is %s", got)
	}
	Must(f.T, router.SendFrames(f.Ctx, m[0], nil, []byte("r"), nil))
	f.Expect(req, "r", "")

	f.Link(rep, dealer)
	for _, malformed := range [][]string{{"no delimiter"}, {""}, {"envelope", ""}} {
		f.Send(dealer, malformed...)
	}
	f.Send(dealer, "one", "two", "", "q", "")
	f.Expect(rep, "q", "")
	f.Send(rep, "r", "")
	f.Expect(dealer, "one", "two", "", "r", "")
	f.Dropped(rep, zmq.DropMalformed, 3)
}

// Not in the RFC, but libzmq's ZMQ_REQ_RELAXED: a request may be given up. What
// has come for it is dropped; another peer is asked, where there is one.
func relaxedAsksAgain(f *Fixture) {
	req := f.Socket(zmq.REQ, zmq.Options{ReqRelaxed: true})
	gone, next := f.Socket(zmq.REP, zmq.Options{}), f.Socket(zmq.REP, zmq.Options{})
	f.Link(req, gone, next)
	f.Send(req, "one")
	f.Expect(gone, "one")
	Must(f.T, gone.Close())
	f.Send(req, "two")
	f.Expect(next, "two")
	f.Send(next, "reply to two")
	f.Expect(req, "reply to two")
	_, err := req.TryRecv()
	f.Fails("a second reply", err, zmq.ErrState)

	f.Peers(req, 1)
	f.Send(req, "three")
	f.Expect(next, "three")
	<-req.Readable() // the token that says: find out
	_, err = req.TryRecv()
	f.Fails("receiving before the reply", err, zmq.ErrWouldBlock)
	f.Send(next, "reply to three")
	f.Eventually("the reply is there", func() bool { return len(req.Readable()) > 0 })
	f.Send(req, "four")
	f.Expect(next, "four")
	f.Send(next, "reply to four")
	f.Expect(req, "reply to four")
	f.Dropped(req, zmq.DropUnexpected, 1)
}

// libzmq's ZMQ_REQ_CORRELATE: "prefix outgoing messages with an extra frame
// containing a request id"; replies without it are dropped, however late.
func correlatedReplies(f *Fixture) {
	req, rep := f.Socket(zmq.REQ, zmq.Options{ReqRelaxed: true, ReqCorrelate: true}), f.Socket(zmq.REP, zmq.Options{})
	f.Link(req, rep)
	for i := range 10 {
		text := fmt.Sprint(i)
		f.Send(req, "given up "+text)
		f.Send(req, "meant "+text)
		for range 2 {
			f.Send(rep, "reply to "+f.Recv(rep))
		}
		f.Expect(req, "reply to meant "+text)
	}
	f.Dropped(req, zmq.DropUnexpected, 10)

	router := f.Socket(zmq.ROUTER, zmq.Options{})
	other := f.Socket(zmq.REQ, zmq.Options{ReqCorrelate: true})
	f.Link(router, other)
	f.Send(other, "q")
	m, err := router.RecvFrames(f.Ctx)
	Must(f.T, err)
	if len(m) != 4 || len(m[1]) != 4 || len(m[2]) != 0 || string(m[3]) != "q" {
		f.Fatalf("a request is %q", m)
	}
	id := append([]byte(nil), m[1]...)
	id[0]++
	for _, wrong := range [][][]byte{{m[0], id, nil, []byte("r")}, {m[0], nil, []byte("r")}, {m[0], m[1], []byte("r")}, {m[0], m[1], nil}} {
		Must(f.T, router.SendFrames(f.Ctx, wrong...))
	}
	Must(f.T, router.SendFrames(f.Ctx, m[0], m[1], nil, []byte("r")))
	f.Expect(other, "r")
}

// RFC 28, REP: "SHALL not filter or modify outgoing or incoming messages in any
// way".
func requestUnmodified(f *Fixture) {
	req, rep := f.Socket(zmq.REQ, zmq.Options{}), f.Socket(zmq.REP, zmq.Options{})
	f.Link(req, rep) // the asker binds
	for _, shape := range shapes() {
		f.Send(req, shape...)
		f.Expect(rep, shape...)
		f.Send(rep, shape...)
		f.Expect(req, shape...)
	}
}

// RFC 28, REQ: "MAY be connected to any number of REP or ROUTER peers", "SHALL
// route outgoing messages to connected peers using a round-robin strategy".
func requestRoundRobin(f *Fixture) {
	req := f.Socket(zmq.REQ, zmq.Options{})
	reps := []*zmq.Socket{f.Socket(zmq.REP, zmq.Options{}), f.Socket(zmq.REP, zmq.Options{}), f.Socket(zmq.REP, zmq.Options{})}
	f.Link(req, reps...)
	for i := range 9 {
		f.Send(req, fmt.Sprint(i))
		f.Expect(reps[i%3], fmt.Sprint(i))
		f.Send(reps[i%3], "r")
		f.Expect(req, "r")
	}
}

// RFC 28, REQ: "SHALL block on sending, or return a suitable error, when it has
// no connected peers."
func requestBlocks(f *Fixture) {
	req, rep := f.Socket(zmq.REQ, zmq.Options{}), f.Socket(zmq.REP, zmq.Options{})
	f.Fails("asking without a peer", req.TrySend(zmq.StringMsg("q")), zmq.ErrWouldBlock)
	asked := Async(func() error { return req.SendBytes(f.Ctx, []byte("waited")) })
	f.Link(req, rep)
	f.Expect(rep, "waited")
	Must(f.T, <-asked)
}

// RFC 28, REQ: "SHALL NOT discard messages that it cannot send to a connected
// peer."
func requestWaitsForItsPeer(f *Fixture) {
	req, rep := f.Socket(zmq.REQ, zmq.Options{}), f.Socket(zmq.REP, zmq.Options{})
	ep := f.Free()
	Must(f.T, req.Connect(ep))
	f.Send(req, "early")
	Must(f.T, rep.Bind(ep))
	f.Expect(rep, "early")
	f.Send(rep, "r")
	f.Expect(req, "r")
}

// RFC 28, REQ: "SHALL accept an incoming message only from the last peer that it
// sent a request to", "SHALL discard silently any messages received from other
// peers".
func onlyFromWhomWasAsked(f *Fixture) {
	req := f.Socket(zmq.REQ, zmq.Options{RoutingID: []byte("me")})
	first, second := f.Socket(zmq.ROUTER, zmq.Options{}), f.Socket(zmq.ROUTER, zmq.Options{})
	f.Link(first, req)
	f.Link(second, req)
	f.Peers(req, 2)
	for range 2 {
		asked, other := first, second
		f.Send(req, "q")
		f.Expect(asked, "me", "", "q")
		before := req.Stats().Dropped[zmq.DropUnexpected]
		f.Send(other, "me", "", "not asked")
		f.Eventually("the wrong reply is dropped", func() bool {
			_, err := req.TryRecv()
			f.Fails("receiving a reply from another peer", err, zmq.ErrWouldBlock)
			return req.Stats().Dropped[zmq.DropUnexpected] == before+1
		})
		f.Send(asked, "me", "", "r")
		f.Expect(req, "r")
		first, second = second, first
	}
}

// RFC 28, REP: "MAY be connected to any number of REQ or DEALER peers", "SHALL
// receive incoming messages from its peers using a fair-queuing strategy".
func replyQueuesFairly(f *Fixture) {
	rep := f.Socket(zmq.REP, zmq.Options{})
	flood, req := f.Socket(zmq.DEALER, zmq.Options{Linger: zmq.NoLinger}), f.Socket(zmq.REQ, zmq.Options{})
	f.Link(rep, flood, req)
	flooded := Async(func() error {
		for flood.SendFrames(f.Ctx, nil, []byte("flood")) == nil {
			_, _ = flood.TryRecv()
		}
		return nil
	})
	for i := range 20 {
		f.Send(req, fmt.Sprint(i))
		for served := ""; served != fmt.Sprint(i); {
			served = f.Recv(rep)
			f.Send(rep, "r", served)
		}
		f.Expect(req, "r", fmt.Sprint(i))
	}
	Must(f.T, flood.Close())
	Must(f.T, <-flooded)
}

// RFC 28, REP: "SHALL remove and store the address envelope, including the
// delimiter", "SHALL pass the remaining data frames to its calling application",
// "SHALL prepend the address envelope and delimiter", "SHALL deliver this message
// back to the originating peer": here through two proxies.
func replyThroughProxies(f *Fixture) {
	var fronts, backs []*zmq.Socket
	for range 2 {
		fronts, backs = append(fronts, f.Socket(zmq.ROUTER, zmq.Options{})), append(backs, f.Socket(zmq.DEALER, zmq.Options{}))
	}
	reqs := []*zmq.Socket{f.Socket(zmq.REQ, zmq.Options{}), f.Socket(zmq.REQ, zmq.Options{})}
	rep := f.Socket(zmq.REP, zmq.Options{})
	f.Link(fronts[0], reqs...)
	f.Link(fronts[1], backs[0])
	f.Link(rep, backs[1])
	forward := func(from, to *zmq.Socket) {
		m, err := from.Recv(f.Ctx)
		Must(f.T, err)
		Must(f.T, to.Send(f.Ctx, m))
	}
	for i, req := range reqs {
		f.Send(req, "from", fmt.Sprint(i))
		forward(fronts[0], backs[0])
		forward(fronts[1], backs[1])
	}
	for i := range reqs {
		f.Expect(rep, "from", fmt.Sprint(i))
		f.Send(rep, "to", fmt.Sprint(i))
		forward(backs[1], fronts[1])
		forward(backs[0], fronts[0])
	}
	for i, req := range reqs {
		f.Expect(req, "to", fmt.Sprint(i))
	}
}

// RFC 28, REP: "SHALL silently discard the reply, or return an error, if the
// originating peer is no longer connected."
func replyDiscarded(f *Fixture) {
	rep := f.Socket(zmq.REP, zmq.Options{})
	gone, other := f.Socket(zmq.REQ, zmq.Options{}), f.Socket(zmq.REQ, zmq.Options{})
	f.Link(rep, gone)
	f.Send(gone, "q")
	f.Expect(rep, "q")
	Must(f.T, gone.Close())
	f.Peers(rep, 0)
	Must(f.T, other.Connect(rep.LastEndpoint()))
	f.Peers(rep, 1)
	Must(f.T, rep.TrySend(zmq.StringMsg("for a peer that is gone")))
	f.Dropped(rep, zmq.DropPeerGone, 1)
	f.Send(other, "q") // and REP continues
	f.Expect(rep, "q")
	f.Send(rep, "r")
	f.Expect(other, "r")
}

// RFC 28, REP: "SHALL not block on sending."
func replyDoesNotBlock(f *Fixture) {
	rep := f.Socket(zmq.REP, zmq.Options{SendHWM: 1, Linger: zmq.NoLinger})
	full := f.Socket(zmq.DEALER, zmq.Options{RecvHWM: 1, Linger: zmq.NoLinger})
	f.Link(rep, full)
	for rep.Stats().Dropped[zmq.DropHighWater] == 0 {
		f.Send(full, "", "q")
		f.Expect(rep, "q")
		Must(f.T, rep.TrySend(zmq.StringMsg(Large)))
	}
}
