package goroutine

import (
	"context"
	"errors"
	"net"
	"os"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// connect is a connect in progress.
type connect struct{ cancel context.CancelFunc }

// CancelConnect implements skeleton.Connecting.
func (c *connect) CancelConnect(*backend.Op) { c.cancel() }

// startConnect carries out a connect, on a goroutine of its own.
func (b *Backend) startConnect(op *backend.Op) {
	ctx, cancel := context.WithCancel(context.Background())
	c := &connect{cancel}
	b.Mu.Lock()
	err := b.AddConnectLocked(op, c)
	if err == nil {
		b.working.Add(1)
	}
	b.Mu.Unlock()
	if err != nil {
		cancel()
		op.Err = err
		b.complete(op)
		return
	}
	go func() {
		defer b.working.Done()
		conn, err := dial(ctx, op)
		b.RemoveConnect(op, c)
		b.finishConnect(ctx, op, conn, err)
	}()
}

// dial makes the connection that op describes.
func dial(ctx context.Context, op *backend.Op) (net.Conn, error) {
	to := op.Connect()
	if err := backend.CheckAny(to.Network, to.Address); err != nil {
		return nil, &net.OpError{Op: "dial", Net: to.Network, Err: err}
	}
	d := net.Dialer{KeepAlive: -1}
	d.SetMultipathTCP(false)
	if o := to.Socket; o != nil {
		d.Control = socketOptions(o)
		var err error
		if d.LocalAddr, err = localAddr(to.Network, o.LocalAddr); err != nil {
			return nil, &net.OpError{Op: "dial", Net: to.Network, Err: err}
		}
	}
	address := to.Address
	if ap, err := backend.ParseDial(to.Network, address); err == nil && ap.Addr().IsLoopback() {
		address = ap.String() // on some systems, package net takes 127.0.0.1 for [::]
	}
	conn, err := d.DialContext(ctx, to.Network, address)
	if err == nil && backend.SameTCP(conn.LocalAddr(), conn.RemoteAddr()) {
		return nil, selfConnected(conn.(*net.TCPConn))
	}
	if call := (*os.SyscallError)(nil); errors.As(err, &call) && call.Syscall == "connect" {
		sys.Unbind(op.Connect())
	}
	return conn, backend.Unsupported(to.Network, err)
}

// selfConnected closes a stream that is connected to itself, and returns the error
// of an absent listener. Package net retries a few times and then accepts the
// stream.
func selfConnected(c *net.TCPConn) error {
	to := c.RemoteAddr()
	_ = c.SetLinger(0) // otherwise the address stays in use for a while
	c.Close()
	return &net.OpError{Op: "dial", Net: to.Network(), Addr: to, Err: os.NewSyscallError("connect", backend.ECONNREFUSED)}
}

// localAddr returns the address to bind before connecting; nil for any.
func localAddr(network, address string) (net.Addr, error) {
	if address == "" || network == "unix" {
		return nil, nil
	}
	if backend.IsUnix(network) {
		return &net.UnixAddr{Name: address, Net: network}, nil
	}
	local, err := backend.ParseIP(network, address)
	if err != nil {
		return nil, err
	}
	if backend.IsDatagram(network) {
		return net.UDPAddrFromAddrPort(local), nil
	}
	return net.TCPAddrFromAddrPort(local), nil
}

// finishConnect sets the result. If the connection was made before the cancel took
// effect, op succeeds.
func (b *Backend) finishConnect(ctx context.Context, op *backend.Op, conn net.Conn, err error) {
	switch {
	case err == nil:
		op.New, err = b.newConnected(conn, op.Connect().Network)
	case b.Closed.Load():
		err = backend.ErrBackendClosed
	case ctx.Err() != nil:
		err = backend.ErrCanceled
	}
	op.Err = err
	b.complete(op)
}

// newConnected makes a handle of a connection.
func (b *Backend) newConnected(conn net.Conn, network string) (backend.Handle, error) {
	if backend.IsDatagram(network) {
		return b.newPacket(conn, network, sys.SocketFileOf(conn.LocalAddr()))
	}
	return b.newStream(conn)
}
