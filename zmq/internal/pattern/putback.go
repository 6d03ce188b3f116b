package pattern

import "github.com/actum-go/actum/zmq/internal/message"

// PutBack makes m, which Recv has returned, the next message to be received again,
// because the caller cannot take it in its form. A REP that answers the request
// that was put back drops it then, and so does a REQ with the reply that was put
// back when it sends the next request.
func (s *Socket) PutBack(m message.Msg) {
	s.lockRecv()
	defer s.recvMu.Unlock()
	s.putBack = append(s.putBack, m)
	s.hasPutBack.Store(true)
	if s.closed {
		s.dropPutBackLocked(DropUnread)
		return
	}
	s.receiveQueue.wakeNext()
}

// takePutBackLocked returns the message that was put back first; there must be one. The
// receive lock is held.
func (s *Socket) takePutBackLocked() message.Msg {
	m := s.putBack[0]
	s.putBack[0] = message.Msg{}
	if s.putBack = s.putBack[1:]; len(s.putBack) == 0 {
		s.putBack = nil
		s.hasPutBack.Store(false)
	}
	return m
}

// dropPutBackLocked drops the messages that were put back and counts them. The receive
// lock is held.
func (s *Socket) dropPutBackLocked(why DropReason) {
	for len(s.putBack) > 0 {
		m := s.takePutBackLocked()
		m.Release()
		s.Drops.Add(why, 1)
	}
}
