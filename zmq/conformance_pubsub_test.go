package zmq_test

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

// subscriber makes a SUB socket with these subscriptions.
func (r *fixture) subscriber(prefixes ...string) *zmq.Socket {
	r.Helper()
	return r.socket(zmq.SUB, zmq.Options{Subscribe: prefixes})
}

// RFC 29, PUB: "SHALL only send messages"; SUB: "SHALL only receive messages".
func publishOneWay(r *fixture) {
	pub, sub := r.socket(zmq.PUB, zmq.Options{}), r.subscriber()
	_, err := pub.Recv(r.ctx)
	r.fails("receiving from PUB", err, zmq.ErrNotSupported)
	r.fails("sending to SUB", sub.SendBytes(r.ctx, nil), zmq.ErrNotSupported)
	r.fails("subscribing a PUB", pub.Subscribe(""), zmq.ErrNotSupported)
	r.fails("unsubscribing a PUB", pub.Unsubscribe(""), zmq.ErrNotSupported)
}

// RFC 29, PUB: "SHALL not modify outgoing messages in any way"; SUB: "SHALL not
// modify incoming messages in any way", "SHALL deliver messages to its calling
// application".
func publishUnmodified(r *fixture) {
	pub, sub := r.socket(zmq.PUB, zmq.Options{SendHWM: zmq.Unlimited}), r.subscriber("")
	r.link(pub, sub)
	r.subscribed(pub, 1)
	for _, shape := range shapes() {
		r.send(pub, shape...)
	}
	for _, shape := range shapes() {
		r.expect(sub, shape...)
	}
}

// RFC 29, PUB: "MAY be connected to any number of SUB or XSUB subscribers",
// "SHALL maintain a single outgoing message queue for each connected subscriber".
func publishToAll(r *fixture) {
	pub := r.socket(zmq.PUB, zmq.Options{})
	var subs []*zmq.Socket
	for range 5 {
		subs = append(subs, r.subscriber(""))
	}
	r.link(pub, subs...)
	r.subscribed(pub, len(subs))
	for i := range 100 {
		r.send(pub, fmt.Sprint(i), large[:i*50])
	}
	for _, sub := range subs {
		for i := range 100 {
			r.expect(sub, fmt.Sprint(i), large[:i*50])
		}
	}
}

// RFC 29, PUB: "MAY, depending on the transport, send messages only to
// subscribers who have a matching subscription": once, however many match.
func publishOnce(r *fixture) {
	pub, sub := r.socket(zmq.PUB, zmq.Options{}), r.subscriber("", "a", "ab", "abc")
	r.link(pub, sub)
	r.subscribed(pub, 4)
	for i := range 10 {
		r.send(pub, "abc", fmt.Sprint(i))
	}
	for i := range 10 {
		r.expect(sub, "abc", fmt.Sprint(i))
	}
}

// RFC 29, PUB: "SHALL perform a binary comparison of the subscription against the
// start of the first frame of the message."
func prefixOfTheFirstFrame(r *fixture) {
	pub, sub := r.socket(zmq.PUB, zmq.Options{}), r.subscriber("ab", "\x00\xff", "end")
	r.link(pub, sub)
	r.subscribed(pub, 3)
	for _, topic := range []string{"ab", "", "a", "abc", "AB", "b", "xab", "\x00", "\x00\xff", "\x00\xffx", "\xff\x00"} {
		r.send(pub, topic, "ab")
	}
	r.send(pub, "end")
	for _, topic := range []string{"ab", "abc", "\x00\xff", "\x00\xffx"} {
		r.expect(sub, topic, "ab")
	}
	r.expect(sub, "end")
}

// RFC 29, PUB: "SHALL silently drop the message if the queue for a subscriber is
// full": for that one; and what was not dropped keeps its order.
func publishDropsWhenFull(r *fixture) {
	pub := r.socket(zmq.PUB, zmq.Options{SendHWM: 5, Linger: zmq.NoLinger})
	slow := r.socket(zmq.SUB, zmq.Options{Subscribe: []string{"slow"}, RecvHWM: 5})
	fast := r.subscriber("fast")
	r.link(pub, slow, fast)
	r.subscribed(pub, 2)
	sent := 0
	for ; pub.Stats().Dropped[zmq.DropHighWater] == 0; sent++ {
		r.send(pub, "slow", fmt.Sprint(sent), large)
	}
	for i := range 10 { // others do not miss anything
		r.send(pub, "fast", fmt.Sprint(i))
		r.expect(fast, "fast", fmt.Sprint(i))
	}
	for i := range sent - 1 { // all but the one that was dropped
		r.expect(slow, "slow", fmt.Sprint(i), large)
	}
	r.eventually("room again", func() bool {
		r.send(pub, "slow", "again")
		_, err := slow.TryRecv()
		return err == nil
	})
}

// RFC 29, PUB: "SHALL NOT block on sending."
func publishDoesNotBlock(r *fixture) {
	pub := r.socket(zmq.PUB, zmq.Options{SendHWM: 1, Linger: zmq.NoLinger})
	for range 10 {
		must(r.T, pub.TrySend(zmq.StringMsg("to nobody")))
	}
	r.unwanted(pub, 10)
	sub := r.socket(zmq.SUB, zmq.Options{Subscribe: []string{""}, RecvHWM: 1})
	r.link(pub, sub)
	r.subscribed(pub, 1)
	for pub.Stats().Dropped[zmq.DropHighWater] < 100 {
		must(r.T, pub.TrySend(zmq.StringMsg(large)))
	}
}

// RFC 29, PUB: "SHALL create a queue when a subscriber connects to it. If this
// subscriber disconnects, the PUB socket SHALL destroy its queue and SHALL
// discard any messages it contains."
func publishForgets(r *fixture) {
	pub := r.socket(zmq.PUB, zmq.Options{})
	gone, stays := r.subscriber("a", "b"), r.subscriber("a")
	r.link(pub, gone, stays)
	r.subscribed(pub, 3)
	must(r.T, gone.Close())
	r.peers(pub, 1)
	r.subscribed(pub, 1)
	r.send(pub, "a")
	r.expect(stays, "a")
	r.send(pub, "b")
	r.unwanted(pub, 1)
}

// RFC 29, PUB: "SHALL receive subscribe and unsubscribe requests from
// subscribers", "SHALL NOT deliver these commands to its calling application".
// Like libzmq, a SUB that has asked twice has to take it back twice.
func subscriptionsAreCounted(r *fixture) {
	pub, sub := r.socket(zmq.PUB, zmq.Options{}), r.subscriber("a", "a", "end")
	r.link(pub, sub)
	r.subscribed(pub, 2)
	must(r.T, sub.Unsubscribe("a"))
	must(r.T, sub.Unsubscribe("never asked for"))
	must(r.T, sub.Subscribe("b"))
	r.subscribed(pub, 3) // they come in order: the first one was not sent
	r.send(pub, "a1")
	r.expect(sub, "a1")
	must(r.T, sub.Unsubscribe("a"))
	r.subscribed(pub, 2)
	r.send(pub, "a2")
	r.send(pub, "end")
	r.expect(sub, "end")
	must(r.T, sub.Unsubscribe("end"))
	must(r.T, sub.Unsubscribe("b"))
	r.subscribed(pub, 0)
}

// RFC 29, SUB: "SHALL create a queue when initiating an outgoing connection to a
// publisher, and SHALL maintain the queue whether or not the connection is
// established."
func subscribeBeforeConnect(r *fixture) {
	pub, sub := r.socket(zmq.PUB, zmq.Options{}), r.subscriber("before")
	ep := r.free()
	must(r.T, sub.Connect(ep))
	must(r.T, sub.Subscribe("while it connects"))
	must(r.T, sub.Unsubscribe("before"))
	must(r.T, pub.Bind(ep))
	r.subscribed(pub, 1)
	r.send(pub, "before")
	r.send(pub, "while it connects")
	r.expect(sub, "while it connects")
}

// RFC 29, SUB: "MAY send subscribe and unsubscribe requests to publishers": a
// publisher that comes back receives the subscriptions again.
func subscribeAgain(r *fixture) {
	sub := r.subscriber("a")
	ep := r.free()
	must(r.T, sub.Connect(ep))
	for i := range 3 {
		pub := r.socket(zmq.PUB, zmq.Options{})
		must(r.T, pub.Bind(ep))
		r.subscribed(pub, 1+i)
		r.send(pub, "a", fmt.Sprint(i))
		r.expect(sub, "a", fmt.Sprint(i))
		must(r.T, sub.Subscribe(fmt.Sprint("another ", i)))
		must(r.T, pub.Close())
	}
}

// RFC 29, SUB: "MAY be connected to any number of PUB or XPUB publishers", "SHALL
// create a queue when a publisher connects to it", "SHALL receive incoming
// messages from its publishers using a fair-queuing strategy".
func manyPublishers(r *fixture) {
	sub := r.subscriber("")
	pubs := []*zmq.Socket{r.socket(zmq.PUB, zmq.Options{}), r.socket(zmq.PUB, zmq.Options{})}
	r.link(sub, pubs...)
	r.link(pubs[0], sub) // a second connection between the two: both deliver
	r.subscribed(pubs[0], 2)
	r.subscribed(pubs[1], 1)
	r.send(pubs[0], "twice")
	r.send(pubs[1], "once")
	got := map[string]int{}
	for range 3 {
		got[r.recv(sub)]++
	}
	if got["twice"] != 2 || got["once"] != 1 {
		r.Fatalf("received %v", got)
	}
}
