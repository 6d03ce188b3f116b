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
func (f *Fixture) Subscriber(prefixes ...string) *zmq.Socket {
	f.Helper()
	return f.Socket(zmq.SUB, zmq.Options{Subscribe: prefixes})
}

// RFC 29, PUB: "SHALL only send messages"; SUB: "SHALL only receive messages".
func publishOneWay(f *Fixture) {
	pub, sub := f.Socket(zmq.PUB, zmq.Options{}), f.Subscriber()
	_, err := pub.Recv(f.Ctx)
	f.Fails("receiving from PUB", err, zmq.ErrNotSupported)
	f.Fails("sending to SUB", sub.SendBytes(f.Ctx, nil), zmq.ErrNotSupported)
	f.Fails("subscribing a PUB", pub.Subscribe(""), zmq.ErrNotSupported)
	f.Fails("unsubscribing a PUB", pub.Unsubscribe(""), zmq.ErrNotSupported)
}

// RFC 29, PUB: "SHALL not modify outgoing messages in any way"; SUB: "SHALL not
// modify incoming messages in any way", "SHALL deliver messages to its calling
// application".
func publishUnmodified(f *Fixture) {
	pub, sub := f.Socket(zmq.PUB, zmq.Options{SendHWM: zmq.Unlimited}), f.Subscriber("")
	f.Link(pub, sub)
	f.Subscribed(pub, 1)
	for _, shape := range shapes() {
		f.Send(pub, shape...)
	}
	for _, shape := range shapes() {
		f.Expect(sub, shape...)
	}
}

// RFC 29, PUB: "MAY be connected to any number of SUB or XSUB subscribers",
// "SHALL maintain a single outgoing message queue for each connected subscriber".
func publishToAll(f *Fixture) {
	pub := f.Socket(zmq.PUB, zmq.Options{})
	var subs []*zmq.Socket
	for range 5 {
		subs = append(subs, f.Subscriber(""))
	}
	f.Link(pub, subs...)
	f.Subscribed(pub, len(subs))
	for i := range 100 {
		f.Send(pub, fmt.Sprint(i), Large[:i*50])
	}
	for _, sub := range subs {
		for i := range 100 {
			f.Expect(sub, fmt.Sprint(i), Large[:i*50])
		}
	}
}

// RFC 29, PUB: "MAY, depending on the transport, send messages only to
// subscribers who have a matching subscription": once, however many match.
func publishOnce(f *Fixture) {
	pub, sub := f.Socket(zmq.PUB, zmq.Options{}), f.Subscriber("", "a", "ab", "abc")
	f.Link(pub, sub)
	f.Subscribed(pub, 4)
	for i := range 10 {
		f.Send(pub, "abc", fmt.Sprint(i))
	}
	for i := range 10 {
		f.Expect(sub, "abc", fmt.Sprint(i))
	}
}

// RFC 29, PUB: "SHALL perform a binary comparison of the subscription against the
// start of the first frame of the message."
func prefixOfTheFirstFrame(f *Fixture) {
	pub, sub := f.Socket(zmq.PUB, zmq.Options{}), f.Subscriber("ab", "\x00\xff", "end")
	f.Link(pub, sub)
	f.Subscribed(pub, 3)
	for _, topic := range []string{"ab", "", "a", "abc", "AB", "b", "xab", "\x00", "\x00\xff", "\x00\xffx", "\xff\x00"} {
		f.Send(pub, topic, "ab")
	}
	f.Send(pub, "end")
	for _, topic := range []string{"ab", "abc", "\x00\xff", "\x00\xffx"} {
		f.Expect(sub, topic, "ab")
	}
	f.Expect(sub, "end")
}

// RFC 29, PUB: "SHALL silently drop the message if the queue for a subscriber is
// full": for that one; and what was not dropped keeps its order.
func publishDropsWhenFull(f *Fixture) {
	pub := f.Socket(zmq.PUB, zmq.Options{SendHWM: 5, Linger: zmq.NoLinger})
	slow := f.Socket(zmq.SUB, zmq.Options{Subscribe: []string{"slow"}, RecvHWM: 5})
	fast := f.Subscriber("fast")
	f.Link(pub, slow, fast)
	f.Subscribed(pub, 2)
	sent := 0
	for ; pub.Stats().Dropped[zmq.DropHighWater] == 0; sent++ {
		f.Send(pub, "slow", fmt.Sprint(sent), Large)
	}
	for i := range 10 { // others do not miss anything
		f.Send(pub, "fast", fmt.Sprint(i))
		f.Expect(fast, "fast", fmt.Sprint(i))
	}
	for i := range sent - 1 { // all but the one that was dropped
		f.Expect(slow, "slow", fmt.Sprint(i), Large)
	}
	f.Eventually("room again", func() bool {
		f.Send(pub, "slow", "again")
		_, err := slow.TryRecv()
		return err == nil
	})
}

// RFC 29, PUB: "SHALL NOT block on sending."
func publishDoesNotBlock(f *Fixture) {
	pub := f.Socket(zmq.PUB, zmq.Options{SendHWM: 1, Linger: zmq.NoLinger})
	for range 10 {
		Must(f.T, pub.TrySend(zmq.StringMsg("to no subscriber")))
	}
	f.Unwanted(pub, 10)
	sub := f.Socket(zmq.SUB, zmq.Options{Subscribe: []string{""}, RecvHWM: 1})
	f.Link(pub, sub)
	f.Subscribed(pub, 1)
	for pub.Stats().Dropped[zmq.DropHighWater] < 100 {
		Must(f.T, pub.TrySend(zmq.StringMsg(Large)))
	}
}

// RFC 29, PUB: "SHALL create a queue when a subscriber connects to it. If this
// Subscriber disconnects, the PUB socket SHALL destroy its queue and SHALL
// discard any messages it contains."
func publishForgets(f *Fixture) {
	pub := f.Socket(zmq.PUB, zmq.Options{})
	gone, stays := f.Subscriber("a", "b"), f.Subscriber("a")
	f.Link(pub, gone, stays)
	f.Subscribed(pub, 3)
	Must(f.T, gone.Close())
	f.Peers(pub, 1)
	f.Subscribed(pub, 1)
	f.Send(pub, "a")
	f.Expect(stays, "a")
	f.Send(pub, "b")
	f.Unwanted(pub, 1)
}

// RFC 29, PUB: "SHALL receive subscribe and unsubscribe requests from
// subscribers", "SHALL NOT deliver these commands to its calling application".
// Like libzmq, a SUB that has asked twice has to take it back twice.
func subscriptionsAreCounted(f *Fixture) {
	pub, sub := f.Socket(zmq.PUB, zmq.Options{}), f.Subscriber("a", "a", "end")
	f.Link(pub, sub)
	f.Subscribed(pub, 2)
	Must(f.T, sub.Unsubscribe("a"))
	Must(f.T, sub.Unsubscribe("never asked for"))
	Must(f.T, sub.Subscribe("b"))
	f.Subscribed(pub, 3) // they come in order: the first one was not sent
	f.Send(pub, "a1")
	f.Expect(sub, "a1")
	Must(f.T, sub.Unsubscribe("a"))
	f.Subscribed(pub, 2)
	f.Send(pub, "a2")
	f.Send(pub, "end")
	f.Expect(sub, "end")
	Must(f.T, sub.Unsubscribe("end"))
	Must(f.T, sub.Unsubscribe("b"))
	f.Subscribed(pub, 0)
}

// RFC 29, SUB: "SHALL create a queue when initiating an outgoing connection to a
// publisher, and SHALL maintain the queue whether or not the connection is
// established."
func subscribeBeforeConnect(f *Fixture) {
	pub, sub := f.Socket(zmq.PUB, zmq.Options{}), f.Subscriber("before")
	ep := f.Free()
	Must(f.T, sub.Connect(ep))
	Must(f.T, sub.Subscribe("while it connects"))
	Must(f.T, sub.Unsubscribe("before"))
	Must(f.T, pub.Bind(ep))
	f.Subscribed(pub, 1)
	f.Send(pub, "before")
	f.Send(pub, "while it connects")
	f.Expect(sub, "while it connects")
}

// RFC 29, SUB: "MAY send subscribe and unsubscribe requests to publishers": a
// publisher that comes back receives the subscriptions again.
func subscribeAgain(f *Fixture) {
	sub := f.Subscriber("a")
	ep := f.Free()
	Must(f.T, sub.Connect(ep))
	for i := range 3 {
		pub := f.Socket(zmq.PUB, zmq.Options{})
		Must(f.T, pub.Bind(ep))
		f.Subscribed(pub, 1+i)
		f.Send(pub, "a", fmt.Sprint(i))
		f.Expect(sub, "a", fmt.Sprint(i))
		Must(f.T, sub.Subscribe(fmt.Sprint("another ", i)))
		Must(f.T, pub.Close())
	}
}

// RFC 29, SUB: "MAY be connected to any number of PUB or XPUB publishers", "SHALL
// create a queue when a publisher connects to it", "SHALL receive incoming
// messages from its publishers using a fair-queuing strategy".
func manyPublishers(f *Fixture) {
	sub := f.Subscriber("")
	pubs := []*zmq.Socket{f.Socket(zmq.PUB, zmq.Options{}), f.Socket(zmq.PUB, zmq.Options{})}
	f.Link(sub, pubs...)
	f.Link(pubs[0], sub) // a second connection between the two: both deliver
	f.Subscribed(pubs[0], 2)
	f.Subscribed(pubs[1], 1)
	f.Send(pubs[0], "twice")
	f.Send(pubs[1], "once")
	got := map[string]int{}
	for range 3 {
		got[f.Recv(sub)]++
	}
	if got["twice"] != 2 || got["once"] != 1 {
		f.Fatalf("received %v", got)
	}
}
