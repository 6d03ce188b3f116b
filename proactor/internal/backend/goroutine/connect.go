package goroutine

import (
	"context"
	"errors"
	"net"
	"os"
	"syscall"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// Connects and listeners. Package net makes the sockets; their options are set on the way.

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
	if ap, err := backend.ParseDial(to.Network, address); err == nil {
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

// listener is a listening handle.
type listener struct {
	endpoint
	backend.NoStream
	ln deadlineListener
}

// deadlineListener has the common methods of both kinds of listeners of package
// net.
type deadlineListener interface {
	net.Listener
	syscall.Conn
	SetDeadline(time.Time) error
}

// family makes "tcp" or "udp" on 0.0.0.0 mean IPv4 only, as with the other
// backends: package net would also listen on [::].
func family(network, address string) string {
	if ap, err := backend.ParseIP(network, address); err == nil && ap.Addr().Is4() {
		return network[:3] + "4"
	}
	return network
}

// Listen implements backend.Backend.
func (b *Backend) Listen(network, address string, o *backend.SocketOptions) (backend.Handle, error) {
	if err := backend.CheckAddress(network, address); err != nil {
		return nil, &net.OpError{Op: "listen", Net: network, Err: err}
	}
	if o == nil {
		o = new(backend.SocketOptions)
	}
	config := net.ListenConfig{Control: socketOptions(o), KeepAlive: -1}
	config.SetMultipathTCP(false) // as with the other backends
	ln, err := config.Listen(context.Background(), family(network, address), address)
	if err != nil {
		return nil, backend.Unsupported(network, err)
	}
	if err := setBacklog(ln.(deadlineListener), o.Backlog); err != nil {
		ln.Close()
		return nil, &net.OpError{Op: "listen", Net: network, Addr: ln.Addr(), Err: err}
	}
	if u, ok := ln.(*net.UnixListener); ok {
		u.SetUnlinkOnClose(false) // it would remove the file even if it belongs to another listener by then
	}
	return b.newListener(ln.(deadlineListener), sys.SocketFileOf(ln.Addr()))
}

// newListener makes a handle of ln, which it owns from then on.
func (b *Backend) newListener(ln deadlineListener, file sys.SocketFile) (backend.Handle, error) {
	l := &listener{ln: ln}
	l.endpoint = endpoint{b: b, conn: ln, local: ln.Addr(), listener: true, file: file}
	l.serve(backend.In, l.accept, ln.SetDeadline)
	return l.open(l)
}

func (l *listener) moveTo(b *Backend) (backend.Handle, error) { return b.newListener(l.ln, l.file) }

// socketOptions returns the function that package net calls on a socket before it is
// bound.
func socketOptions(o *backend.SocketOptions) func(string, string, syscall.RawConn) error {
	return func(_, _ string, c syscall.RawConn) error {
		var err error
		if e := c.Control(func(fd uintptr) { err = sys.SetSocketOptions(int(fd), o) }); e != nil {
			return e
		}
		return err
	}
}

// setBacklog sets the backlog, for which package net has no option. 0 keeps package
// net's choice, which is the system's maximum.
func setBacklog(ln deadlineListener, backlog int) error {
	c, err := ln.SyscallConn()
	if err != nil {
		return err
	}
	if e := c.Control(func(fd uintptr) { err = sys.SetBacklog(int(fd), backlog) }); e != nil {
		return e
	}
	return err
}

// accept carries out an accept.
func (l *listener) accept(op *backend.Op) {
	conn, err := l.ln.Accept()
	if err != nil {
		op.Err = err
		return
	}
	op.New, op.Err = l.b.newStream(conn)
}
