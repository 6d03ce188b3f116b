package pattern

import (
	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// dealer is RFC 28's DEALER: round robin out, fair queueing in, no state.
type dealer struct{ balanced }

// NewDealer makes a DEALER socket.
func NewDealer(c Config) *Socket {
	s := newSocket(wire.DEALER, c)
	s.behaviour = &dealer{balanced{s}}
	return s
}

func (d *dealer) send(m message.Msg) (*pipe.Out, error) { return d.balance.send(m) }

func (d *dealer) recv() (message.Msg, error) { return d.receiveQueue.receive() }

func (d *dealer) recvMore(ms []message.Msg) int { return d.receiveQueue.recvMore(ms) }
