// Package ipc is the transport for ipc endpoints: Unix sockets, named by a path
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
	"github.com/actum-go/actum/zmq/internal/stream"
	"github.com/actum-go/actum/zmq/internal/transport"
	"github.com/actum-go/actum/zmq/internal/transport/socket"
)

const network = "unix"

func init() {
	transport.Register(endpoint.IPC, func(c *transport.Config) transport.Transport { return New(c) })
}

// Transport is the ipc transport.
type Transport struct{ cfg *transport.Config }

// New makes the transport.
func New(c *transport.Config) Transport { return Transport{c} }

// Dial implements transport.Transport: a path needs no look-up.
func (t Transport) Dial(d *proactor.Dispatcher, ep endpoint.Endpoint, done func(stream.Stream, error)) transport.Attempt {
	return socket.Connect(d, t.cfg, socket.Target{Network: network, Address: ep.Path}, done)
}

// Listen binds a path. It replaces a socket file that a dead process left behind,
// but not one that a process listens on.
func (t Transport) Listen(_ context.Context, d *proactor.Dispatcher, ep endpoint.Endpoint) (transport.Listener, error) {
	path, remove, err := bindPath(ep.Path)
	if err != nil {
		return nil, err
	}
	o := t.cfg.SocketOptions()
	h, err := d.Listen(network, path, &o)
	if errors.Is(err, syscall.EADDRINUSE) && !ep.Abstract() {
		removeStale(path)
		h, err = d.Listen(network, path, &o)
	}
	if err != nil {
		if remove != nil {
			remove()
		}
		return nil, err
	}
	return socket.NewListener(h, ep.Transport+"://"+path, remove), nil
}

// bindPath returns the path to bind. For the wildcard it makes a directory, which
// remove deletes.
func bindPath(path string) (actual string, remove func(), err error) {
	if path != endpoint.Wildcard {
		return path, nil, nil
	}
	dir, err := os.MkdirTemp("", "actum")
	if err != nil {
		return "", nil, fmt.Errorf("making a directory for ipc://*: %w", err)
	}
	return filepath.Join(dir, "socket"), func() { _ = os.RemoveAll(dir) }, nil
}

// removeStale removes path if it is a socket that no process listens on. Another
// program may do the same at the same time, and may already listen there: its
// file then has another number, or was made later.
func removeStale(path string) {
	info, err := os.Lstat(path)
	if err != nil || info.Mode()&os.ModeSocket == 0 {
		return
	}
	os.SameFile(info, info) // so that Windows reads the file's number now, not at the comparison
	conn, err := net.Dial(network, path)
	if err == nil {
		_ = conn.Close()
	}
	if errors.Is(err, syscall.ECONNREFUSED) {
		removeUnchanged(path, info)
	}
}

// removeUnchanged removes path if it is still the file that info describes.
func removeUnchanged(path string, info os.FileInfo) {
	now, err := os.Lstat(path)
	if err == nil && os.SameFile(info, now) && now.ModTime().Equal(info.ModTime()) {
		_ = os.Remove(path)
	}
}
