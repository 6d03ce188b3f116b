package pattern

import (
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// pub is RFC 29's PUB: it sends a copy to every subscriber with a matching
// prefix, and never waits.
type pub struct{ fanOut }

// NewPub makes a PUB socket.
func NewPub(c Config) *Socket {
	s := newSocket(wire.PUB, c)
	s.behaviour = &pub{newFanOut(s)}
	return s
}

// readable takes subscriptions as they come: a PUB has no Recv that would do
// it.
func (p *pub) readable(in *pipe.In) {
	p.inTurns(func() bool { return p.take(in) })
}

// take carries out a subscription, or drops a message, of a subscriber; it
// returns false if there is neither.
func (p *pub) take(in *pipe.In) bool {
	i, ok := in.NextItem()
	if !ok {
		return false
	}
	if c, ok := i.Subscription(); !ok {
		p.Drops.Add(DropUnexpected, 1)
	} else {
		p.changeOf(in, c)
	}
	i.Release()
	return true
}
