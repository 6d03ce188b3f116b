// Package ipc leads from ipc endpoints to streams: Unix sockets, named by a path
// or, on Linux, by an abstract name.
package ipc

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"syscall"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/endpoint"
	"github.com/actum-go/actum/zmq/internal/transport"
)

const (
	network = "unix"
	scheme  = "ipc://"
)

// Transport is the ipc transport.
type Transport struct{}

var _ transport.Transport = Transport{}

// Listen binds a path. One that a dead process left behind is taken over; one
// that is being listened to is not.
func (Transport) Listen(_ context.Context, d *proactor.Dispatcher, ep endpoint.Endpoint, o *proactor.SocketOptions) (transport.Listener, error) {
	path, remove, err := place(ep.Path)
	if err != nil {
		return transport.Listener{}, err
	}
	h, err := d.Listen(network, path, o)
	if errors.Is(err, syscall.EADDRINUSE) && !ep.Abstract() && removeAbandoned(path) {
		h, err = d.Listen(network, path, o)
	}
	if err != nil {
		if remove != nil {
			remove()
		}
		return transport.Listener{}, err
	}
	return transport.Listener{Handle: h, Endpoint: scheme + path, Remove: remove}, nil
}

// Literal accepts every path.
func (Transport) Literal(ep endpoint.Endpoint) (transport.Target, bool) {
	return transport.Target{Network: network, Address: ep.Path}, true
}

// Resolve has nothing to look up.
func (t Transport) Resolve(_ context.Context, ep endpoint.Endpoint) ([]transport.Target, error) {
	target, _ := t.Literal(ep)
	return []transport.Target{target}, nil
}

// Endpoint writes a Unix socket's address as an endpoint.
func (Transport) Endpoint(addr net.Addr) string { return scheme + addr.String() }

// place is where to bind: for the wildcard a directory of its own, which remove
// takes away.
func place(path string) (actual string, remove func(), err error) {
	if path != endpoint.Wildcard {
		return path, nil, nil
	}
	dir, err := os.MkdirTemp("", "actum")
	if err != nil {
		return "", nil, fmt.Errorf("making a place for ipc://*: %w", err)
	}
	return filepath.Join(dir, "socket"), func() { _ = os.RemoveAll(dir) }, nil
}

// removeAbandoned removes path if it is a socket that nobody listens to. Another
// program may do so at the same time, and listen there by then: its file has another
// number, or was made later.
func removeAbandoned(path string) bool {
	info, err := os.Lstat(path)
	if err != nil || info.Mode()&os.ModeSocket == 0 {
		return false
	}
	os.SameFile(info, info) // Windows asks for the file's number now, and not when it is compared
	conn, err := net.Dial(network, path)
	if err == nil {
		_ = conn.Close()
		return false
	}
	if !errors.Is(err, syscall.ECONNREFUSED) {
		return false
	}
	now, err := os.Lstat(path)
	return err == nil && os.SameFile(info, now) && now.ModTime().Equal(info.ModTime()) && os.Remove(path) == nil
}
