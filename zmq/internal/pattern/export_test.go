package pattern

import "github.com/actum-go/actum/zmq/internal/pipe"

// Senders is how many senders wait.
func (s *Socket) Senders() int {
	s.sendMu.Lock()
	defer s.sendMu.Unlock()
	return s.senders.Len()
}

// Prefixes is how many prefixes a PUB remembers, also of those who left.
func (s *Socket) Prefixes() int {
	s.sendMu.Lock()
	defer s.sendMu.Unlock()
	return s.behaviour.(*pub).index.Prefixes()
}

// Behind is how many publishers a SUB has not sent everything yet.
func Behind(s *Socket) (n int) {
	defer s.lockBoth()()
	for _, p := range s.behaviour.(*sub).peers {
		if p.behind {
			n++
		}
	}
	return n
}

// Tell connects a publisher to a SUB whose turns are taken here, and returns how
// many messages each of them queued.
func Tell(s *Socket, peer *pipe.Peer) (turns []int) {
	kind := s.behaviour.(*sub)
	unlock := s.lockBoth()
	p := kind.newPublisher(peer)
	unlock()
	for before := 0; ; before = peer.Out.Pending() {
		more := p.behind
		if len(turns) > 0 {
			more = kind.sendTurn(p)
		}
		turns = append(turns, peer.Out.Pending()-before)
		if !more {
			return turns
		}
	}
}
