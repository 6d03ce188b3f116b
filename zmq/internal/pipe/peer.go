package pipe

// Peer is one peer of a socket, as its pattern sees it: a pipe in each direction
// that the socket's type uses.
type Peer struct {
	Out *Out // nil if the socket's type does not send
	In  *In  // one for each connection; nil while there is none

	// Leaving says that nothing more is sent to the peer; what is queued still leaves.
	Leaving bool

	// Last is the In of the connection before, if not all of it has been received.
	Last *In

	// RoutingID is what the peer calls itself, or what a ROUTER called it. Set
	// before the pattern is told that the peer is connected.
	RoutingID []byte
	// HangUp has the connection closed; it only hands that on. Nil if that cannot be
	// done from here: over inproc, or for a type that never wants it.
	HangUp func()
	// Endpoint is where the peer was reached or came from, for people.
	Endpoint string
}
