package zmq

import (
	"fmt"
	"strings"

	"github.com/actum-go/actum/zmq/internal/session"
)

// EndpointState is what an endpoint is doing.
type EndpointState uint8

// The states of endpoints. A bound endpoint is listening; a connected one is in
// one of the other states.
const (
	EndpointConnecting EndpointState = EndpointState(session.StateConnecting) // no attempt has ended yet
	EndpointConnected  EndpointState = EndpointState(session.StateConnected)
	EndpointRetrying   EndpointState = EndpointState(session.StateRetrying) // the last attempt failed, or the connection was lost; there will be another
	EndpointGivenUp    EndpointState = EndpointState(session.StateGivenUp)  // ReconnectInterval is negative: there are no further attempts
	EndpointListening  EndpointState = EndpointState(session.StateListening)
)

// String returns the state in a word or two, such as "connected".
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

// EndpointStats describes the endpoint of one Bind or Connect.
type EndpointStats struct {
	// Endpoint is the endpoint that was bound or connected to, with wildcards
	// replaced by what the system picked.
	Endpoint string
	State    EndpointState
	// LastError is why the last attempt or connection failed. A later success
	// does not clear it; nil means that nothing has failed. For a bound endpoint
	// it is why the last peer with a failure was not accepted, or was
	// disconnected.
	LastError error
	// Failures is the number of attempts that failed since the last success. For
	// a bound endpoint it is the number of peers that failed so far.
	Failures int
	// Queued is the number of messages that wait to be sent to a connected
	// endpoint. Messages for the peers of a bound endpoint are counted in
	// Stats.Queued only.
	Queued int
}

// endpointStats describes the bound endpoints, then the connected and the
// lingering ones, each in the order of the calls.
func (s *Socket) endpointStats() (all []EndpointStats) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.bound {
		all = append(all, endpointStats(b.actual.String(), b.Status()))
	}
	for _, c := range s.connected {
		e := endpointStats(c.to.String(), c.Status())
		e.Queued = s.queuedFor(c)
		all = append(all, e)
	}
	for _, l := range s.lingering {
		e := endpointStats(l.to.String(), l.Status())
		if e.Queued = s.queuedFor(l.connected); e.Queued > 0 {
			all = append(all, e)
		}
	}
	return all
}

func endpointStats(where string, now session.Status) EndpointStats {
	return EndpointStats{Endpoint: where, State: EndpointState(now.State), LastError: now.Err, Failures: now.Failures}
}

// where describes the socket's endpoints in a few words for the text of an error:
// the first endpoint with its state, and the number of further ones. A connected
// endpoint comes before a bound one.
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
		e = endpointStats(c.to.String(), c.Status())
	} else {
		b := s.bound[0]
		e = endpointStats(b.actual.String(), b.Status())
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

// queuedFor is the number of messages that wait for a connected endpoint. What a
// SUB queues is subscriptions, not messages.
func (s *Socket) queuedFor(c *connected) int {
	if !s.typ.Sends() {
		return 0
	}
	return c.Peer().Out.Pending()
}

// queued is the number of messages that wait for all peers together.
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
		n += b.Queued()
	}
	return n
}
