package goroutine

import (
	"context"
	"net"
	"syscall"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

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
