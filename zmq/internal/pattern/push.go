package pattern

import (
	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
)

// push is RFC 30's PUSH: round robin among peers, and it waits when there is
// none or all are full.
type push struct{ balanced }

// NewPush makes a PUSH socket.
func NewPush(o Options) *Socket {
	s := newSocket(o)
	s.kind = &push{balanced{s}}
	return s
}

func (p *push) send(m message.Msg) (*pipe.Out, error) { return p.turns.send(m) }

func (p *push) recv() (message.Msg, error) { return message.Msg{}, errRecvOnPush }

// readable drops what a peer sends although a PUSH does not receive.
func (p *push) readable(in *pipe.In) {
	for p.dropTurn(in) {
	}
}

// dropTurn drops some, and reports whether there may be more.
func (p *push) dropTurn(in *pipe.In) (more bool) {
	p.lockRecv()
	defer p.recvMu.Unlock()
	for range turnSize {
		m, ok := in.Next()
		if !ok {
			return false
		}
		m.Release()
		p.Drops.Add(DropOutOfTurn, 1)
	}
	return true
}
