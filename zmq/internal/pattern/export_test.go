package pattern

import (
	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/pipe"
)

// Senders returns the number of senders that wait.
func (s *Socket) Senders() int {
	s.sendMu.Lock()
	defer s.sendMu.Unlock()
	return s.senders.Len()
}

// Prefixes returns the number of prefixes of a PUB, including those of peers
// that left.
func (s *Socket) Prefixes() int {
	s.sendMu.Lock()
	defer s.sendMu.Unlock()
	return s.behaviour.(*pub).index.Prefixes()
}

// Behind returns the number of publishers to which a SUB has not sent all
// subscriptions.
func Behind(s *Socket) (n int) {
	defer s.lockBoth()()
	for _, p := range s.behaviour.(*sub).peers {
		if p.behind {
			n++
		}
	}
	return n
}

// ConnectInTurns connects a publisher to a SUB, takes the turns itself, and returns how
// many messages each of them queued.
func ConnectInTurns(s *Socket, peer *pipe.Peer) (turns []int) {
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

// OptionsOf returns the options that hold now.
func OptionsOf(s *Socket) *option.Resolved { return s.options() }
