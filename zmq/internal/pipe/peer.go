package pipe

// Peer is one peer of a socket, as the socket's pattern sees it: a pipe in each
// direction that the socket's type uses.
type Peer struct {
	Out *Out // nil if the socket's type does not send
	In  *In  // one for each connection; nil while there is none

	// Leaving says that no more messages are sent to the peer; queued ones
	// still leave.
	Leaving bool

	// Place is the pattern's: the peer's place in its list of peers.
	Place int

	// Immediate says that nothing is sent to the peer while it is not connected.
	Immediate bool

	// Last is the In of the previous connection, if not all of it has been
	// received.
	Last *In

	// RoutingID is the peer's own name, or the name that a ROUTER gave it. It
	// is set before the pattern's connected is called.
	RoutingID []byte
	// HangUp asks for the connection to be closed, without waiting. It is nil
	// where that is impossible, over inproc, and for a type that never needs
	// it.
	HangUp func()
	// Endpoint is the address through which the peer was reached or came, for
	// display.
	Endpoint string
}
