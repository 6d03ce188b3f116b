package pattern

import (
	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// sub is RFC 29's SUB: it sends its subscriptions to every publisher, and drops
// messages that match none of them.
type sub struct {
	subscriber
	wants func(topic []byte) bool
}

// NewSub makes a SUB socket.
func NewSub(c Config) *Socket {
	s := newSocket(wire.SUB, c)
	kind := &sub{subscriber: subscriber{Socket: s}}
	kind.wants = kind.wanted.Matches
	s.behaviour = kind
	return s
}

func (s *sub) recv() (message.Msg, error) {
	for range turnSize {
		m, in := s.receiveQueue.recv()
		if in == nil {
			return message.Msg{}, ErrWouldBlock
		}
		if s.wanted.Matches(m.Bytes()) {
			s.receiveQueue.publish(in, s.wants)
			return m, nil
		}
		m.Release()
		s.Drops.Add(DropNotSubscribed, 1)
	}
	return message.Msg{}, errTurn
}
