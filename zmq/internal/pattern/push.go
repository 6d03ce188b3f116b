package pattern

import (
	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// push is RFC 30's PUSH: round robin among peers; it waits when there is none
// or all are full.
type push struct{ balanced }

// NewPush makes a PUSH socket.
func NewPush(c Config) *Socket {
	s := newSocket(wire.PUSH, c)
	s.behaviour = &push{balanced{s}}
	return s
}

func (p *push) send(m message.Msg) (*pipe.Out, error) { return p.balance.send(m) }

// readable drops messages of a peer: a PUSH does not receive.
func (p *push) readable(in *pipe.In) {
	p.inTurns(func() bool { return p.drop(in) })
}

// drop drops one message; false if there is none.
func (p *push) drop(in *pipe.In) bool {
	m, ok := in.Next()
	if ok {
		m.Release()
		p.Drops.Add(DropUnexpected, 1)
	}
	return ok
}
