package zmq

import "github.com/actum-go/actum/zmq/internal/pattern"

// Stats are a socket's counters since it was made. Bytes are those of frames,
// also of the envelopes that REQ, REP and ROUTER deal with, without what ZMTP
// puts around them.
type Stats struct {
	// Sent is how many messages have left: written to the system, or over inproc
	// received by the peer. What waits is in none of the counters. 0 for types that
	// do not send.
	Sent, SentBytes uint64
	// Received is how many messages were taken from peers to be received by the
	// program, those that the type then dropped among them. 0 for types that do not
	// receive.
	Received, ReceivedBytes uint64
	// Dropped is how many messages were lost, and why. Reasons that have not
	// occurred are not in it. docs/delivery.md lists what counts where, and what
	// nobody can count: bytes that the system had taken when a connection broke.
	Dropped map[DropReason]uint64
	// Unwanted is how many messages nobody had asked for, which is no loss: those of
	// a PUB without a subscriber, and those that a SUB had no subscription for when
	// they were to be received.
	Unwanted uint64
	// Peers is how many peers are connected now: their handshakes are done.
	Peers int
	// Subscriptions is how many subscriptions there are now: a PUB socket's peers'
	// together, each peer's different prefixes counted; a SUB socket's different
	// prefixes. A publisher that waits for it loses nothing at the start.
	Subscriptions int
	// Queued is how many messages wait to be sent, or are being written, to all
	// peers together; over inproc, those that the peers have not received yet, or
	// have just received.
	Queued int
	// Closing reports that Close or Shutdown was called and has not returned: it
	// waits for what is queued, and for peers to leave.
	Closing bool
	// Endpoints are what the socket is bound to, then what it is connected to, each
	// in the order of the calls, then what was disconnected and still has messages to
	// be sent; and how each of them is doing. A closed socket has none.
	Endpoints []EndpointStats
}

// DropReason says why messages were dropped. Its String is a word or two.
type DropReason = pattern.DropReason

// The reasons. Each message that this socket drops is counted under one of them.
const (
	DropHighWater  = pattern.DropHighWater  // the peer's high-water mark was reached
	DropUnroutable = pattern.DropUnroutable // a ROUTER knew no such peer
	DropPeerGone   = pattern.DropPeerGone   // its connection or endpoint was lost, or closed, before it was written
	DropOutOfTurn  = pattern.DropOutOfTurn  // it was no reply, or to no request, or to a socket that does not receive
	DropMalformed  = pattern.DropMalformed  // it lacked the envelope its type must have, or was not ZMTP
	DropUnread     = pattern.DropUnread     // it had come, and the socket was closed before it was received
	DropTooLarge   = pattern.DropTooLarge   // it exceeded MaxFrameSize, MaxMessageSize or MaxFrames
)

// Stats reads the socket's counters, also those of a closed one. It briefly
// stops senders and receivers: call it now and then, not for each message.
func (s *Socket) Stats() Stats {
	s.mustBeMade()
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
