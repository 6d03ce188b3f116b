package zmq

import "context"

// Bind makes the socket reachable at an endpoint: "tcp://host:port", with * for
// all interfaces and for a port that the system picks, "ipc://path", with * for a
// path that is made up and @name for Linux's abstract names, or "inproc://name".
// [Socket.LastEndpoint] returns the endpoint with wildcards replaced. A socket
// may bind many endpoints.
//
// A host that is neither an address nor an interface is looked up, which may take
// long: the context of BindContext bounds that, and Close ends it.
func (s *Socket) Bind(to string) error { return s.BindContext(context.Background(), to) }

// BindContext is Bind with a context: it fails with ctx's error if ctx is done
// before the endpoint's host has been looked up.
func (s *Socket) BindContext(ctx context.Context, to string) error {
	return endpointError("bind", to, s.core.Bind(ctx, to))
}

// Connect connects the socket to an endpoint. It returns at once. The connection
// is made in the background, and made again when it is lost, until the endpoint
// is disconnected. A socket may connect to many endpoints.
//
// A SUB, PUB, DEALER or REQ that is already connected to a tcp or ipc endpoint,
// or bound to it, stays as it is: Connect does nothing and returns nil, as in
// libzmq. The other types, and all types over inproc, get one more connection.
func (s *Socket) Connect(to string) error { return endpointError("connect", to, s.core.Connect(to)) }

// Unbind ends one Bind. Peers that are connected stay connected, except over
// inproc.
func (s *Socket) Unbind(from string) error { return endpointError("unbind", from, s.core.Unbind(from)) }

// Disconnect ends every connection that Connect has made to the endpoint. No
// further messages are sent there. Queued messages are still sent for as long as
// Options.Linger allows, also if the peer comes only then. Disconnect does not
// wait for them, but Close does, and Stats shows the endpoint until they are
// sent. Messages that cannot be sent are dropped and counted. With NoLinger they
// are dropped at once.
func (s *Socket) Disconnect(from string) error {
	return endpointError("disconnect", from, s.core.Disconnect(from))
}

// LastEndpoint is the endpoint that was last bound or connected to, with
// wildcards replaced by what the system picked, so that peers can connect to it.
func (s *Socket) LastEndpoint() string { return s.core.LastEndpoint() }
