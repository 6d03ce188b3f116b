package zmq

import (
	"github.com/actum-go/actum/zmq/internal/pattern"
	"github.com/actum-go/actum/zmq/internal/session"
)

// Stats are a socket's counters since it was made. Bytes are those of frames,
// including the envelopes that REQ, REP and ROUTER add and remove, but without
// ZMTP's framing.
type Stats struct {
	// Sent is the number of messages that have left: written to the system, or
	// over inproc received by the peer. Queued messages are not counted. It is 0
	// for types that do not send.
	Sent, SentBytes uint64
	// Received is the number of messages taken from peers for the program to
	// receive, including messages that the type then dropped. It is 0 for types
	// that do not receive.
	Received, ReceivedBytes uint64
	// Dropped is the number of messages lost for each reason. Reasons that have
	// not occurred are absent. docs/delivery.md lists what is counted where, and
	// what cannot be counted: bytes that the system had taken when a connection
	// broke.
	Dropped map[DropReason]uint64
	// Unwanted is the number of messages without a subscription, which are not
	// losses: those of a PUB without a subscriber, and those for which a SUB had
	// no subscription when they were to be received.
	Unwanted uint64
	// Peers is the number of peers that are connected now and have finished their
	// handshakes.
	Peers int
	// Subscriptions is the number of subscriptions now. For a PUB it is the sum
	// over its peers of each peer's different prefixes; for a SUB, its own
	// different prefixes. A publisher that waits for subscriptions loses no
	// message at the start.
	Subscriptions int
	// Queued is the number of messages, for all peers together, that wait to be
	// sent or are being written. Over inproc it counts messages that the peers
	// have not received yet, or have just received.
	Queued int
	// Closing reports that Close or Shutdown is in progress: it waits for queued
	// messages, and for peers to leave.
	Closing bool
	// Endpoints lists the endpoints that the socket is bound to, then those that
	// it is connected to, each in the order of the calls, then those that were
	// disconnected and still have messages to send. It is empty for a closed
	// socket.
	Endpoints []EndpointStats
}

// DropReason says why messages were dropped.
type DropReason int

// String returns the reason in a word or two, such as "high-water mark".
func (r DropReason) String() string { return pattern.DropReason(r).String() }

// The reasons. Each message that a socket drops is counted under one of them.
const (
	DropHighWater  = DropReason(pattern.DropHighWater)  // the peer's high-water mark was reached
	DropUnroutable = DropReason(pattern.DropUnroutable) // a ROUTER knew no such peer
	DropPeerGone   = DropReason(pattern.DropPeerGone)   // the connection or endpoint was lost, or closed, before the message was written
	DropUnexpected = DropReason(pattern.DropUnexpected) // it was not a reply, or not to a pending request, or the socket does not receive
	DropMalformed  = DropReason(pattern.DropMalformed)  // it lacked the envelope that its type must have, or was not ZMTP
	DropUnread     = DropReason(pattern.DropUnread)     // it had arrived, and the socket was closed before the program received it
	DropTooLarge   = DropReason(pattern.DropTooLarge)   // it exceeded MaxFrameSize, MaxMessageSize or MaxFrames
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
func (s EndpointState) String() string { return session.State(s).String() }

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

// Stats returns the socket's counters, also those of a closed socket. It briefly
// blocks senders and receivers: call it now and then, not for each message.
func (s *Socket) Stats() Stats {
	now := s.core.Stats()
	stats := Stats{
		Sent: now.Sent.Msgs, SentBytes: now.Sent.Bytes, Received: now.Received.Msgs, ReceivedBytes: now.Received.Bytes,
		Dropped: map[DropReason]uint64{}, Unwanted: now.Unwanted, Peers: now.Peers, Subscriptions: now.Subscriptions,
		Queued: now.Queued, Closing: now.Closing,
	}
	for why, n := range now.Dropped {
		stats.Dropped[DropReason(why)] = n
	}
	for _, e := range now.Endpoints {
		stats.Endpoints = append(stats.Endpoints, EndpointStats{
			Endpoint: e.Endpoint, State: EndpointState(e.State), LastError: e.Err, Failures: e.Failures, Queued: e.Queued,
		})
	}
	return stats
}
