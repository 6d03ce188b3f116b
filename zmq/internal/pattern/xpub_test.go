package pattern

import (
	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// XPub and XSub are socket types that only the tests have: RFC 29's XPUB and XSUB
// without their options. They show what a type of the publish-subscribe pattern
// needs beside the parts that PUB and SUB consist of.
var (
	XPub = Type{SocketType: wire.XPUB, New: newXPub}
	XSub = Type{SocketType: wire.XSUB, New: newXSub}
)

// xpub is a PUB whose application receives the subscriptions that change what is
// wanted, and the messages of its peers, in their order.
type xpub struct{ fanOut }

func newXPub(c Config) *Socket {
	s := newSocket(wire.XPUB, c)
	s.behaviour = &xpub{newFanOut(s)}
	return s
}

func (x *xpub) readable(in *pipe.In) {
	x.inTurns(func() bool { return x.take(in) })
}

func (x *xpub) take(in *pipe.In) bool {
	i, ok := in.NextItem()
	if !ok {
		return false
	}
	if c, ok := i.Subscription(); ok && !x.changeOf(in, c) {
		i.Release()
		return true
	}
	x.putBack = append(x.putBack, i.Msg)
	x.hasPutBack.Store(true)
	x.receiveQueue.wakeNext()
	return true
}

func (x *xpub) recv() (message.Msg, error) { return message.Msg{}, ErrWouldBlock }

// xsub is a SUB whose application sends subscriptions as messages, and other
// messages to its one publisher.
type xsub struct{ subscriber }

func newXSub(c Config) *Socket {
	s := newSocket(wire.XSUB, c)
	s.behaviour = &xsub{subscriber{Socket: s}}
	return s
}

func (x *xsub) send(m message.Msg) (*pipe.Out, error) {
	out := x.peers[0].Out
	if c, ok := wire.ParseSubscription(m.Bytes()); ok && m.Len() == 1 {
		out.PutSubscription(c)
	} else {
		out.Put(m)
	}
	return out, nil
}

func (x *xsub) recv() (message.Msg, error) { return x.receiveQueue.receive() }
