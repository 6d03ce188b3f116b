package zmq

import (
	"fmt"
	"strings"

	"github.com/actum-go/actum/zmq/internal/session"
)

// EndpointState is what an endpoint is doing.
type EndpointState uint8

// The states of endpoints. One that was bound is listening; the others are those
// of endpoints that were connected to.
const (
	EndpointConnecting EndpointState = EndpointState(session.StateConnecting) // no attempt has ended yet
	EndpointConnected  EndpointState = EndpointState(session.StateConnected)
	EndpointRetrying   EndpointState = EndpointState(session.StateRetrying) // the last attempt failed, or the connection was lost; more follow
	EndpointGivenUp    EndpointState = EndpointState(session.StateGivenUp)  // ReconnectInterval is negative: there are no further attempts
	EndpointListening  EndpointState = EndpointState(session.StateListening)
)

// String is the state in a word or two: "connected".
func (s EndpointState) String() string {
	switch s {
	case EndpointConnecting:
		return "connecting"
	case EndpointConnected:
		return "connected"
	case EndpointRetrying:
		return "retrying"
	case EndpointGivenUp:
		return "given up"
	case EndpointListening:
		return "listening"
	}
	return "unknown"
}

// EndpointStats is what is known of one Bind or Connect.
type EndpointStats struct {
	// Endpoint is what was bound or connected to, with wildcards replaced by what
	// the system picked.
	Endpoint string
	State    EndpointState
	// LastError is why the last attempt or connection failed. It stays when a later
	// one succeeds; nil if nothing has failed. Of an endpoint that is bound, it is
	// why the last peer that came could not be accepted, or had to be disconnected.
	LastError error
	// Failures is how many attempts have failed since the last one that succeeded;
	// of an endpoint that is bound, how many peers so far.
	Failures int
	// Queued is how many messages wait to be sent to whom was connected to. What
	// waits for peers that came to a bound endpoint is in Stats.Queued alone.
	Queued int
}

// endpointStats describes what was bound and connected, each in its order.
func (s *Socket) endpointStats() (all []EndpointStats) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.bound {
		all = append(all, endpointStats(b.actual.String(), b.status()))
	}
	for _, c := range s.connected {
		e := endpointStats(c.to.String(), c.status())
		e.Queued = s.queuedFor(c)
		all = append(all, e)
	}
	for _, l := range s.lingering {
		e := endpointStats(l.to.String(), l.status())
		if e.Queued = s.queuedFor(l.connected); e.Queued > 0 {
			all = append(all, e)
		}
	}
	return all
}

func endpointStats(where string, now session.Status) EndpointStats {
	return EndpointStats{Endpoint: where, State: EndpointState(now.State), LastError: now.Err, Failures: now.Failures}
}

// where says what the socket is bound and connected to, in a few words, for the
// text of an error: the first endpoint, how it is with that, and how many more there
// are. Endpoints that were connected to come first, those in trouble before others.
func (s *Socket) where() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.bound)+len(s.connected) == 0 {
		if s.closing {
			return "closed"
		}
		return "neither bound nor connected"
	}
	var e EndpointStats
	if len(s.connected) > 0 {
		c := s.connected[0]
		e = endpointStats(c.to.String(), c.status())
	} else {
		b := s.bound[0]
		e = endpointStats(b.actual.String(), b.status())
	}
	text := e.Endpoint + " " + e.State.String()
	if e.State == EndpointRetrying || e.State == EndpointGivenUp {
		text += ": " + strings.TrimPrefix(fmt.Sprint(e.LastError), "zmq: ")
	}
	if more := len(s.bound) + len(s.connected) - 1; more > 0 {
		text += fmt.Sprintf(", and %d more", more)
	}
	return text
}

// queuedFor is how many messages wait for whom was connected to. What a SUB queues
// is not messages but subscriptions.
func (s *Socket) queuedFor(c *connected) int {
	if !s.typ.Sends() {
		return 0
	}
	return c.peer.Out.Pending()
}

// queued is how many messages wait for all peers together.
func (s *Socket) queued(endpoints []EndpointStats) (n int) {
	if !s.typ.Sends() {
		return 0
	}
	for _, e := range endpoints {
		n += e.Queued
	}
	for _, p := range s.accepted.Peers() {
		n += p.Out.Pending()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.bound {
		n += b.queued()
	}
	return n
}
