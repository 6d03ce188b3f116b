// Package transport defines what a session needs of a transport between
// processes: it turns endpoints into listeners and connection targets. Each
// transport is a package below this one. inproc has neither stream nor engine,
// and does not implement this interface.
package transport

import (
	"context"
	"net"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/endpoint"
)

// Target is an address to connect to, in the proactor's terms and without names
// to look up.
type Target struct {
	Network string // "tcp" or "unix"
	Address string // literal IP:port, or a path
	Source  string // literal IP:port to connect from; empty for any
}

// Listener is a bound endpoint.
type Listener struct {
	Handle   *proactor.Handle
	Endpoint string // the endpoint to connect to, with ports and paths filled in
	// Remove cleans up what closing the handle does not; nil if there is nothing
	// to clean up. It may block on a file system.
	Remove func()
}

// Transport turns endpoints into streams. Any goroutine may use it.
type Transport interface {
	// Listen binds ep. It waits for the look-up of a name until ctx is done, and
	// may block on a file system: it must be called neither by a handler nor with
	// a lock held.
	Listen(ctx context.Context, d *proactor.Dispatcher, ep endpoint.Endpoint, o *proactor.SocketOptions) (Listener, error)
	// Literal returns the target of an endpoint that needs no look-up, or false
	// for one that does. It never waits, and makes no system call.
	Literal(ep endpoint.Endpoint) (Target, bool)
	// Resolve looks an endpoint up, until ctx is done. The targets are to be
	// tried in order.
	Resolve(ctx context.Context, ep endpoint.Endpoint) ([]Target, error)
	// Endpoint returns addr as an endpoint.
	Endpoint(addr net.Addr) string
}
