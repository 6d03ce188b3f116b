package core

import (
	"fmt"
	"strings"

	"github.com/actum-go/actum/zmq/internal/pattern"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/session"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// Stats are a socket's counters since it was opened; package zmq documents each.
type Stats struct {
	pattern.Stats // Sent and Received are zero for a type that does not send or receive
	Unwanted      uint64
	Queued        int
	Closing       bool
	Endpoints     []EndpointStats
}

// EndpointStats describes the endpoint of one Bind or Connect.
type EndpointStats struct {
	Endpoint string // with wildcards replaced
	session.Status
	Queued int // messages for a connected endpoint
}

// Stats returns the socket's counters, also those of a closed socket. It briefly
// blocks senders and receivers.
func (s *Socket) Stats() Stats {
	s.mustBeOpened()
	stats := Stats{Stats: s.pattern.Stats(), Endpoints: s.endpointStats(), Closing: s.isClosing()}
	for _, why := range []pattern.DropReason{pattern.DropNoSubscriber, pattern.DropNotSubscribed} {
		stats.Unwanted += stats.Dropped[why]
		delete(stats.Dropped, why)
	}
	if !s.sends() {
		stats.Sent = pipe.Counter{}
	}
	if !s.typ.Receives(wire.Messages) {
		stats.Received = pipe.Counter{}
	}
	stats.Queued = s.queued(stats.Endpoints)
	return stats
}

// sends reports whether the socket can send messages.
func (s *Socket) sends() bool { return s.typ.Sends(wire.Messages) }

// endpointStats describes the bound endpoints, then the connected and the
// lingering ones, each in the order of the calls.
func (s *Socket) endpointStats() (all []EndpointStats) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.bound {
		all = append(all, b.stats())
	}
	for _, c := range s.connected {
		e := c.stats()
		e.Queued = s.queuedFor(c)
		all = append(all, e)
	}
	for _, l := range s.lingering {
		e := l.stats()
		if e.Queued = s.queuedFor(l.connected); e.Queued > 0 {
			all = append(all, e)
		}
	}
	return all
}

// stats describes the endpoint, but for what is queued.
func (b *bound) stats() EndpointStats {
	return EndpointStats{Endpoint: b.actual.String(), Status: b.Status()}
}

// stats describes the endpoint, but for what is queued.
func (c *connected) stats() EndpointStats {
	return EndpointStats{Endpoint: c.to.String(), Status: c.Status()}
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
		e = s.connected[0].stats()
	} else {
		e = s.bound[0].stats()
	}
	text := e.Endpoint + " " + e.State.String()
	if e.State == session.StateRetrying || e.State == session.StateGivenUp {
		text += ": " + strings.TrimPrefix(fmt.Sprint(e.Err), "zmq: ")
	}
	if more := len(s.bound) + len(s.connected) - 1; more > 0 {
		text += fmt.Sprintf(", and %d more", more)
	}
	return text
}

// queuedFor is the number of messages that wait for a connected endpoint. What a
// SUB queues is subscriptions, not messages.
func (s *Socket) queuedFor(c *connected) int {
	if !s.sends() {
		return 0
	}
	return c.Peer().Out.Pending()
}

// queued is the number of messages that wait for all peers together.
func (s *Socket) queued(endpoints []EndpointStats) (n int) {
	if !s.sends() {
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
