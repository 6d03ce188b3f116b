package netio

import (
	"errors"
	"net"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/actum-go/actum/proactor"
)

// Listener is a listener as a net.Listener. It is safe for use from any
// goroutine.
type Listener struct {
	h        *proactor.Handle
	in       half
	group    atomic.Pointer[proactor.Group]
	accepted atomic.Uint64
}

var _ net.Listener = (*Listener)(nil)

// NewListener makes a Listener of a listening handle, which is the Listener's
// from then on. Nothing may be outstanding on it.
func NewListener(h *proactor.Handle) *Listener {
	l := &Listener{h: h}
	l.in.init(h.Dispatcher())
	return l
}

// Accept waits for the next connection, which is a *Conn on the listener's
// dispatcher. One that its peer has aborted before is passed over. An error that
// is temporary (descriptors have run out) leaves the listener as it is: accept
// again after a while, as net/http does.
func (l *Listener) Accept() (net.Conn, error) {
	c, err := l.AcceptConn()
	if err != nil {
		return nil, err
	}
	return c, nil
}

// AcceptConn is Accept for those who want to know what they get.
func (l *Listener) AcceptConn() (*Conn, error) {
	h, err := l.accept()
	if err != nil {
		return nil, opError("accept", nil, l.Addr(), err)
	}
	if g := l.group.Load(); g != nil {
		_ = g.Place(h, l.accepted.Add(1)) // else it stays on the listener's, which serves it as well
	}
	return NewConn(h), nil
}

// Spread places the connections accepted from now on, by g's policy, on g's
// dispatchers, which must be of the listener's kind of backend. A connection's
// key is its number.
func (l *Listener) Spread(g *proactor.Group) { l.group.Store(g) }

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
			return l.in.op.Accepted(), err
		}
	}
}

// Close closes the listener. What is blocked in Accept returns net.ErrClosed, and
// so does a second Close. Connections that were accepted stay.
func (l *Listener) Close() error {
	if !l.in.close() {
		return opError("close", nil, l.Addr(), net.ErrClosed)
	}
	return l.h.Close()
}

// Addr is where the listener listens: a *net.TCPAddr or a *net.UnixAddr.
func (l *Listener) Addr() net.Addr { return l.h.LocalAddr() }

// SetDeadline sets when Accept, also one in progress, gives up; the zero time is
// never.
func (l *Listener) SetDeadline(t time.Time) error {
	return opError("set", nil, l.Addr(), l.in.setDeadline(t))
}
