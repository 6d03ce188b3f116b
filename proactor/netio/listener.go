package netio

import (
	"errors"
	"net"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/group"
)

// Listener is a net.Listener on a listening handle. Any goroutine may use it.
type Listener struct {
	h        *proactor.Handle
	in       direction
	group    atomic.Pointer[group.Group]
	accepted atomic.Uint64
}

var _ net.Listener = (*Listener)(nil)

// NewListener makes a Listener of a listening handle and takes ownership of it. No
// operation may be outstanding on the handle.
func NewListener(h *proactor.Handle) *Listener {
	l := &Listener{h: h}
	l.in.init(h.Dispatcher())
	return l
}

// Accept waits for the next connection, which is a *Conn on the listener's
// dispatcher. It skips connections that their peers have aborted already. After a
// temporary error (no free descriptors) the listener still works: call Accept again
// after a while, as net/http does.
func (l *Listener) Accept() (net.Conn, error) {
	c, err := l.AcceptConn()
	if err != nil {
		return nil, err
	}
	return c, nil
}

// AcceptConn is Accept with a concrete result type.
func (l *Listener) AcceptConn() (*Conn, error) {
	h, err := l.accept()
	if err != nil {
		return nil, opError("accept", nil, l.Addr(), err)
	}
	if g := l.group.Load(); g != nil {
		_ = g.Place(h, l.accepted.Add(1)) // otherwise it stays on the listener's dispatcher, which serves it as well
	}
	return NewConn(h), nil
}

// Spread places connections that are accepted from now on on the dispatchers of g,
// by g's policy. These dispatchers must have the same kind of backend as the
// listener. The key of a connection is its number.
func (l *Listener) Spread(g *group.Group) { l.group.Store(g) }

func (l *Listener) accept() (*proactor.Handle, error) {
	if err := l.in.enter(); err != nil {
		return nil, err
	}
	defer l.in.leave()
	for {
		if err := l.in.begin(); err != nil {
			return nil, err
		}
		l.h.Accept(&l.in.op)
		_, err := l.in.await()
		if err != proactor.ErrWouldBlock && !errors.Is(err, syscall.ECONNABORTED) {
			return l.in.op.Handle(), err
		}
	}
}

// Close closes the listener. Blocked calls of Accept return net.ErrClosed, and so
// does a second Close. Accepted connections stay open.
func (l *Listener) Close() error {
	if !l.in.close() {
		return opError("close", nil, l.Addr(), net.ErrClosed)
	}
	return l.h.Close()
}

// Addr returns the bound address: a *net.TCPAddr or a *net.UnixAddr.
func (l *Listener) Addr() net.Addr { return l.h.LocalAddr() }

// SetDeadline sets the time at which Accept, also one in progress, fails with
// os.ErrDeadlineExceeded; the zero time means no deadline.
func (l *Listener) SetDeadline(t time.Time) error {
	return opError("set", nil, l.Addr(), l.in.setDeadline(t))
}
