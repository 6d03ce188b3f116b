package conformance

import (
	"fmt"

	"github.com/actum-go/actum/zmq"
)

// publishSubscribe is RFC 29.
var publishSubscribe = []requirement{
	{"PUB only sends, SUB only receives", publishOneWay},
	{"messages are not modified", publishUnmodified},
	{"every subscriber gets a copy", publishToAll},
	{"one copy for overlapping subscriptions", publishOnce},
	{"subscriptions are binary prefixes of the first frame", prefixOfTheFirstFrame},
	{"PUB drops when a subscriber is full", publishDropsWhenFull},
	{"PUB does not block", publishDoesNotBlock},
	{"PUB forgets a subscriber that left", publishForgets},
	{"subscriptions are counted", subscriptionsAreCounted},
	{"SUB subscribes to publishers that come later", subscribeBeforeConnect},
	{"SUB subscribes again", subscribeAgain},
	{"SUB has many publishers, and may bind", manyPublishers},
}

// Subscriber makes a SUB socket with these subscriptions.
func (r *Fixture) Subscriber(prefixes ...string) *zmq.Socket {
	r.Helper()
	return r.Socket(zmq.SUB, zmq.Options{Subscribe: prefixes})
}

// RFC 29, PUB: "SHALL only send messages"; SUB: "SHALL only receive messages".
func publishOneWay(r *Fixture) {
	pub, sub := r.Socket(zmq.PUB, zmq.Options{}), r.Subscriber()
	_, err := pub.Recv(r.Ctx)
	r.Fails("receiving from PUB", err, zmq.ErrNotSupported)
	r.Fails("sending to SUB", sub.SendBytes(r.Ctx, nil), zmq.ErrNotSupported)
	r.Fails("subscribing a PUB", pub.Subscribe(""), zmq.ErrNotSupported)
	r.Fails("unsubscribing a PUB", pub.Unsubscribe(""), zmq.ErrNotSupported)
}

// RFC 29, PUB: "SHALL not modify outgoing messages in any way"; SUB: "SHALL not
// modify incoming messages in any way", "SHALL deliver messages to its calling
// application".
func publishUnmodified(r *Fixture) {
	pub, sub := r.Socket(zmq.PUB, zmq.Options{SendHWM: zmq.Unlimited}), r.Subscriber("")
	r.Link(pub, sub)
	r.Subscribed(pub, 1)
	for _, shape := range shapes() {
		r.Send(pub, shape...)
	}
	for _, shape := range shapes() {
		r.Expect(sub, shape...)
	}
}

// RFC 29, PUB: "MAY be connected to any number of SUB or XSUB subscribers",
// "SHALL maintain a single outgoing message queue for each connected subscriber".
func publishToAll(r *Fixture) {
	pub := r.Socket(zmq.PUB, zmq.Options{})
	var subs []*zmq.Socket
	for range 5 {
		subs = append(subs, r.Subscriber(""))
	}
	r.Link(pub, subs...)
	r.Subscribed(pub, len(subs))
	for i := range 100 {
		r.Send(pub, fmt.Sprint(i), Large[:i*50])
	}
	for _, sub := range subs {
		for i := range 100 {
			r.Expect(sub, fmt.Sprint(i), Large[:i*50])
		}
	}
}

// RFC 29, PUB: "MAY, depending on the transport, send messages only to
// subscribers who have a matching subscription": once, however many match.
func publishOnce(r *Fixture) {
	pub, sub := r.Socket(zmq.PUB, zmq.Options{}), r.Subscriber("", "a", "ab", "abc")
	r.Link(pub, sub)
	r.Subscribed(pub, 4)
	for i := range 10 {
		r.Send(pub, "abc", fmt.Sprint(i))
	}
	for i := range 10 {
		r.Expect(sub, "abc", fmt.Sprint(i))
	}
}

// RFC 29, PUB: "SHALL perform a binary comparison of the subscription against the
// start of the first frame of the message."
func prefixOfTheFirstFrame(r *Fixture) {
	pub, sub := r.Socket(zmq.PUB, zmq.Options{}), r.Subscriber("ab", "\x00\xff", "end")
	r.Link(pub, sub)
	r.Subscribed(pub, 3)
	for _, topic := range []string{"ab", "", "a", "abc", "AB", "b", "xab", "\x00", "\x00\xff", "\x00\xffx", "\xff\x00"} {
		r.Send(pub, topic, "ab")
	}
	r.Send(pub, "end")
	for _, topic := range []string{"ab", "abc", "\x00\xff", "\x00\xffx"} {
		r.Expect(sub, topic, "ab")
	}
	r.Expect(sub, "end")
}

// RFC 29, PUB: "SHALL silently drop the message if the queue for a subscriber is
// full": for that one; and what was not dropped keeps its order.
func publishDropsWhenFull(r *Fixture) {
	pub := r.Socket(zmq.PUB, zmq.Options{SendHWM: 5, Linger: zmq.NoLinger})
	slow := r.Socket(zmq.SUB, zmq.Options{Subscribe: []string{"slow"}, RecvHWM: 5})
	fast := r.Subscriber("fast")
	r.Link(pub, slow, fast)
	r.Subscribed(pub, 2)
	sent := 0
	for ; pub.Stats().Dropped[zmq.DropHighWater] == 0; sent++ {
		r.Send(pub, "slow", fmt.Sprint(sent), Large)
	}
	for i := range 10 { // others do not miss anything
		r.Send(pub, "fast", fmt.Sprint(i))
		r.Expect(fast, "fast", fmt.Sprint(i))
	}
	for i := range sent - 1 { // all but the one that was dropped
		r.Expect(slow, "slow", fmt.Sprint(i), Large)
	}
	r.Eventually("room again", func() bool {
		r.Send(pub, "slow", "again")
		_, err := slow.TryRecv()
		return err == nil
	})
}

// RFC 29, PUB: "SHALL NOT block on sending."
func publishDoesNotBlock(r *Fixture) {
	pub := r.Socket(zmq.PUB, zmq.Options{SendHWM: 1, Linger: zmq.NoLinger})
	for range 10 {
		Must(r.T, pub.TrySend(zmq.StringMsg("to no subscriber")))
	}
	r.Unwanted(pub, 10)
	sub := r.Socket(zmq.SUB, zmq.Options{Subscribe: []string{""}, RecvHWM: 1})
	r.Link(pub, sub)
	r.Subscribed(pub, 1)
	for pub.Stats().Dropped[zmq.DropHighWater] < 100 {
		Must(r.T, pub.TrySend(zmq.StringMsg(Large)))
	}
}

// RFC 29, PUB: "SHALL create a queue when a subscriber connects to it. If this
// Subscriber disconnects, the PUB socket SHALL destroy its queue and SHALL
// discard any messages it contains."
func publishForgets(r *Fixture) {
	pub := r.Socket(zmq.PUB, zmq.Options{})
	gone, stays := r.Subscriber("a", "b"), r.Subscriber("a")
	r.Link(pub, gone, stays)
	r.Subscribed(pub, 3)
	Must(r.T, gone.Close())
	r.Peers(pub, 1)
	r.Subscribed(pub, 1)
	r.Send(pub, "a")
	r.Expect(stays, "a")
	r.Send(pub, "b")
	r.Unwanted(pub, 1)
}

// RFC 29, PUB: "SHALL receive subscribe and unsubscribe requests from
// subscribers", "SHALL NOT deliver these commands to its calling application".
// Like libzmq, a SUB that has asked twice has to take it back twice.
func subscriptionsAreCounted(r *Fixture) {
	pub, sub := r.Socket(zmq.PUB, zmq.Options{}), r.Subscriber("a", "a", "end")
	r.Link(pub, sub)
	r.Subscribed(pub, 2)
	Must(r.T, sub.Unsubscribe("a"))
	Must(r.T, sub.Unsubscribe("never asked for"))
	Must(r.T, sub.Subscribe("b"))
	r.Subscribed(pub, 3) // they come in order: the first one was not sent
	r.Send(pub, "a1")
	r.Expect(sub, "a1")
	Must(r.T, sub.Unsubscribe("a"))
	r.Subscribed(pub, 2)
	r.Send(pub, "a2")
	r.Send(pub, "end")
	r.Expect(sub, "end")
	Must(r.T, sub.Unsubscribe("end"))
	Must(r.T, sub.Unsubscribe("b"))
	r.Subscribed(pub, 0)
}

// RFC 29, SUB: "SHALL create a queue when initiating an outgoing connection to a
// publisher, and SHALL maintain the queue whether or not the connection is
// established."
func subscribeBeforeConnect(r *Fixture) {
	pub, sub := r.Socket(zmq.PUB, zmq.Options{}), r.Subscriber("before")
	ep := r.Free()
	Must(r.T, sub.Connect(ep))
	Must(r.T, sub.Subscribe("while it connects"))
	Must(r.T, sub.Unsubscribe("before"))
	Must(r.T, pub.Bind(ep))
	r.Subscribed(pub, 1)
	r.Send(pub, "before")
	r.Send(pub, "while it connects")
	r.Expect(sub, "while it connects")
}

// RFC 29, SUB: "MAY send subscribe and unsubscribe requests to publishers": a
// publisher that comes back receives the subscriptions again.
func subscribeAgain(r *Fixture) {
	sub := r.Subscriber("a")
	ep := r.Free()
	Must(r.T, sub.Connect(ep))
	for i := range 3 {
		pub := r.Socket(zmq.PUB, zmq.Options{})
		Must(r.T, pub.Bind(ep))
		r.Subscribed(pub, 1+i)
		r.Send(pub, "a", fmt.Sprint(i))
		r.Expect(sub, "a", fmt.Sprint(i))
		Must(r.T, sub.Subscribe(fmt.Sprint("another ", i)))
		Must(r.T, pub.Close())
	}
}

// RFC 29, SUB: "MAY be connected to any number of PUB or XPUB publishers", "SHALL
// create a queue when a publisher connects to it", "SHALL receive incoming
// messages from its publishers using a fair-queuing strategy".
func manyPublishers(r *Fixture) {
	sub := r.Subscriber("")
	pubs := []*zmq.Socket{r.Socket(zmq.PUB, zmq.Options{}), r.Socket(zmq.PUB, zmq.Options{})}
	r.Link(sub, pubs...)
	r.Link(pubs[0], sub) // a second connection between the two: both deliver
	r.Subscribed(pubs[0], 2)
	r.Subscribed(pubs[1], 1)
	r.Send(pubs[0], "twice")
	r.Send(pubs[1], "once")
	got := map[string]int{}
	for range 3 {
		got[r.Recv(sub)]++
	}
	if got["twice"] != 2 || got["once"] != 1 {
		r.Fatalf("received %v", got)
	}
}
