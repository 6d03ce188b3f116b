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

// recvMore drops no more than a turn's messages.
func (s *sub) recvMore(ms []message.Msg) (n int) {
	for dropped := 0; n < len(ms) && dropped < turnSize; {
		got := s.receiveQueue.recvMore(ms[n:])
		if got == 0 {
			break
		}
		kept := s.filter(ms[n : n+got])
		n += kept
		dropped += got - kept
	}
	return n
}

// filter moves the messages that match a subscription to the start of ms, drops the
// others, and returns how many are left.
func (s *sub) filter(ms []message.Msg) (kept int) {
	for i := range ms {
		if m := &ms[i]; s.wanted.Matches(m.Bytes()) {
			ms[kept] = *m
			kept++
		} else {
			m.Release()
		}
	}
	s.Drops.Add(DropNotSubscribed, len(ms)-kept)
	clear(ms[kept:])
	return kept
}
