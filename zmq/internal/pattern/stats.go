package pattern

import (
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// Stats are a socket's counters at one moment.
type Stats struct {
	Sent, Received pipe.Counter
	Peers          int // connected peers
	Subscriptions  int // a PUB's: those of all peers together; a SUB's: its different prefixes
	Dropped        map[DropReason]uint64
}

// Stats reads the counters. It takes both locks: it is meant for people and
// monitors, not for every message.
func (s *Socket) Stats() Stats {
	unlock := s.lockBoth()
	stats := Stats{Sent: s.sent, Received: s.receiveQueue.counted(s.received), Peers: s.peers, Subscriptions: s.behaviour.subscriptions()}
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

// Subscriptions lists the prefixes that the socket itself subscribes to, each
// once; nil for a type that does not subscribe.
func (s *Socket) Subscriptions() (prefixes []string) {
	if !s.typ.Sends(wire.Subscriptions) {
		return nil
	}
	defer s.lockBoth()()
	s.behaviour.eachSubscription(func(prefix []byte) bool {
		prefixes = append(prefixes, string(prefix))
		return true
	})
	return prefixes
}
