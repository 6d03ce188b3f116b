package pattern

import "github.com/actum-go/actum/zmq/internal/pipe"

// Stats are a socket's counters at one moment.
type Stats struct {
	Sent, Received pipe.Counter
	Peers          int // connected peers
	Subscriptions  int // a PUB's: those of all peers together; a SUB's: its different prefixes
	Dropped        map[DropReason]uint64
}

// subscriber is a behaviour that has subscriptions.
type subscriber interface{ subscriptions() int }

// Stats reads the counters. It takes both locks: it is meant for people and
// monitors, not for every message.
func (s *Socket) Stats() Stats {
	unlock := s.lockBoth()
	stats := Stats{Sent: s.sent, Received: s.receiveQueue.counted(s.received), Peers: s.peers}
	if k, ok := s.behaviour.(subscriber); ok {
		stats.Subscriptions = k.subscriptions()
	}
	unlock()
	stats.Dropped = s.Drops.Counts()
	return stats
}

// counted adds the messages that the active Ins have not counted yet.
func (q *fairQueue) counted(t pipe.Counter) pipe.Counter {
	for _, in := range q.active {
		t.Add(in.Uncounted())
	}
	return t
}

func (p *pub) subscriptions() int { return p.index.Len() }

// Subscriptions lists the prefixes that a SUB subscribes to, each once; nil for
// another type.
func (s *Socket) Subscriptions() (prefixes []string) {
	if k, ok := s.behaviour.(*sub); ok {
		defer s.lockBoth()()
		k.wanted.All(func(prefix []byte) bool {
			prefixes = append(prefixes, string(prefix))
			return true
		})
	}
	return prefixes
}

func (s *sub) subscriptions() int { return s.wanted.Len() }
