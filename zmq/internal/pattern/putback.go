package pattern

import "github.com/actum-go/actum/zmq/internal/message"

// PutBack makes m, which Recv has returned, the next message to be received: its
// caller cannot take it as it is. A request that is answered and a reply to a request
// that is followed by another are dropped instead, when the next message is sent.
func (s *Socket) PutBack(m message.Msg) {
	s.lockRecv()
	defer s.recvMu.Unlock()
	if s.closed {
		m.Release()
		s.Drops.Add(DropUnread, 1)
		return
	}
	s.putBack = append(s.putBack, m)
	s.hasPutBack.Store(true)
	s.receiveQueue.wakeNext()
}

// takePutBack returns the message that was put back first. The receive lock is held,
// and there is one.
func (s *Socket) takePutBack() message.Msg {
	m := s.putBack[0]
	s.putBack[0] = message.Msg{}
	if s.putBack = s.putBack[1:]; len(s.putBack) == 0 {
		s.putBack = nil
		s.hasPutBack.Store(false)
	}
	return m
}

// dropPutBack drops what was put back, for that reason. The receive lock is held.
func (s *Socket) dropPutBack(why DropReason) {
	for len(s.putBack) > 0 {
		m := s.takePutBack()
		m.Release()
		s.Drops.Add(why, 1)
	}
}

// dropStale drops what must not be received after the message that is about to be
// sent.
func (s *Socket) dropStale() {
	s.lockRecv()
	s.dropPutBack(DropOutOfTurn)
	s.recvMu.Unlock()
	if r, ok := s.behaviour.(*req); ok {
		r.dropReplies()
	}
}
