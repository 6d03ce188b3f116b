// Package transport is what a session needs of a transport between processes:
// where an endpoint leads. Each transport is a package of its own below this
// one. inproc, which has neither stream nor engine, is beside them and not
// behind this contract.
package transport

import (
	"context"
	"net"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/endpoint"
)

// Target is where to connect to, in the proactor's terms: nothing left to look
// up.
type Target struct {
	Network string // "tcp" or "unix"
	Address string // literal IP:port, or a path
	Source  string // literal IP:port to connect from; empty for any
}

// Listener is a bound endpoint.
type Listener struct {
	Handle   *proactor.Handle
	Endpoint string // as others can connect to it: ports and paths filled in
	// Remove gives back what Close of the handle does not; nil if that is nothing. It
	// may have to do with a file system: see Transport.Listen.
	Remove func()
}

// Transport leads from endpoints to streams. It may be used by any goroutine.
type Transport interface {
	// Listen binds ep. It waits for the look-up of a name until ctx is done, and may
	// have to do with a file system: it must be called neither by a handler nor with
	// a lock held.
	Listen(ctx context.Context, d *proactor.Dispatcher, ep endpoint.Endpoint, o *proactor.SocketOptions) (Listener, error)
	// Literal returns the target of an endpoint that needs no look-up; false if
	// it does. It never waits, nor asks the system.
	Literal(ep endpoint.Endpoint) (Target, bool)
	// Resolve looks an endpoint up: the targets are to be tried in order. It waits
	// until ctx is done.
	Resolve(ctx context.Context, ep endpoint.Endpoint) ([]Target, error)
	// Endpoint is how addr is written as an endpoint.
	Endpoint(addr net.Addr) string
}
