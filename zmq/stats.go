package zmq

import "github.com/actum-go/actum/zmq/internal/pattern"

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

// DropReason says why messages were dropped. Its String has a word or two.
type DropReason = pattern.DropReason

// The reasons. Each message that a socket drops is counted under one of them.
const (
	DropHighWater  = pattern.DropHighWater  // the peer's high-water mark was reached
	DropUnroutable = pattern.DropUnroutable // a ROUTER knew no such peer
	DropPeerGone   = pattern.DropPeerGone   // the connection or endpoint was lost, or closed, before the message was written
	DropOutOfTurn  = pattern.DropOutOfTurn  // it was not a reply, or not to a pending request, or the socket does not receive
	DropMalformed  = pattern.DropMalformed  // it lacked the envelope that its type must have, or was not ZMTP
	DropUnread     = pattern.DropUnread     // it had arrived, and the socket was closed before the program received it
	DropTooLarge   = pattern.DropTooLarge   // it exceeded MaxFrameSize, MaxMessageSize or MaxFrames
)

// Stats returns the socket's counters, also those of a closed socket. It briefly
// blocks senders and receivers: call it now and then, not for each message.
func (s *Socket) Stats() Stats {
	s.mustBeInitialized()
	p := s.pattern.Stats()
	unwanted := p.Dropped[pattern.DropNoSubscriber] + p.Dropped[pattern.DropNotSubscribed]
	delete(p.Dropped, pattern.DropNoSubscriber)
	delete(p.Dropped, pattern.DropNotSubscribed)
	stats := Stats{Dropped: p.Dropped, Unwanted: unwanted, Peers: p.Peers, Subscriptions: p.Subscriptions}
	if s.typ.Sends() {
		stats.Sent, stats.SentBytes = p.Sent.Msgs, p.Sent.Bytes
	}
	if s.typ.Receives() {
		stats.Received, stats.ReceivedBytes = p.Received.Msgs, p.Received.Bytes
	}
	stats.Endpoints = s.endpointStats()
	stats.Queued = s.queued(stats.Endpoints)
	stats.Closing = s.isClosing()
	return stats
}
