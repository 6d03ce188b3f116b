package sim

import (
	"fmt"
	"net"
	"os"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// listener is a listening handle.
type listener struct {
	handle
	backend.NoStream
	network string
	at      endpoint
	options backend.SocketOptions

	accepts  direction // the accepts
	pending  []*stream // connections that have not been accepted yet
	arriving int       // connections that DelayAccept keeps from being pending
}

// Listen makes a listener.
func (b *attachment) Listen(network, address string, o *backend.SocketOptions) (backend.Handle, error) {
	n := b.net
	n.mu.Lock()
	defer n.mu.Unlock()
	err := backend.CheckAddress(network, address)
	var at endpoint
	if err == nil {
		at, err = parse(network, address)
	}
	if b.closed {
		err = backend.ErrBackendClosed
	}
	if err == nil {
		at, err = n.pickPort(at)
	}
	if err == nil && !n.free(at) {
		err = os.NewSyscallError("bind", backend.EADDRINUSE)
	}
	if err != nil {
		return nil, &net.OpError{Op: "listen", Net: network, Addr: name(address), Err: err}
	}
	return b.listen(network, at, o), nil
}

func (b *attachment) listen(network string, at endpoint, o *backend.SocketOptions) *listener {
	n := b.net
	l := &listener{network: network, at: at}
	l.handle = handle{net: n, b: b, who: n.ident('l'), local: at.addr()}
	if o != nil {
		l.options = *o
	}
	if l.options.Backlog <= 0 {
		l.options.Backlog = defaultBacklog
	}
	l.accepts.init(b, l.who, l.run)
	n.listeners[at] = l
	b.addHandle(l)
	n.note(record{verb: verbListen, who: l.who})
	return l
}

// full reports whether the accept queue has no room.
func (l *listener) full() bool { return len(l.pending)+l.arriving >= l.options.Backlog }

// arrive queues the accepting end of a new connection.
func (l *listener) arrive(s *stream) {
	l.arriving--
	l.b.net.note(record{verb: verbArrive, who: s.who})
	if l.closed != nil {
		s.conn.reset()
		return
	}
	l.pending = append(l.pending, s)
	l.run()
}

// run carries out the accepts that can be.
func (l *listener) run() {
	for len(l.pending) > 0 {
		op := l.accepts.next()
		if op == nil {
			return
		}
		if l.b.net.exhausted {
			l.accepts.complete(op, 0, l.acceptError(backend.EMFILE))
			continue
		}
		s := l.pending[0]
		l.pending = append(l.pending[:0], l.pending[1:]...)
		l.accept(op, s)
	}
}

func (l *listener) accept(op *backend.Op, s *stream) {
	if l.b.net.chance(abortedAccept, l.who) {
		s.conn.reset()
		l.accepts.complete(op, 0, l.acceptError(backend.ECONNABORTED))
		return
	}
	l.b.net.note(record{verb: verbAccept, who: s.who})
	s.moveTo(l.b) // l may have moved since s arrived
	l.b.addHandle(s)
	op.New = s
	l.accepts.complete(op, 0, nil)
}

func (l *listener) acceptError(why error) error {
	return &net.OpError{Op: "accept", Net: l.network, Addr: l.local, Err: os.NewSyscallError("accept", why)}
}

func (l *listener) directions() []*direction { return []*direction{&l.accepts} }

// closeWith closes the listener. Connections that have not been accepted are reset.
func (l *listener) closeWith(err error) {
	n := l.b.net
	n.note(record{verb: verbClose, who: l.who})
	l.failAll(err)
	delete(n.listeners, l.at)
	l.b.removeHandle(l)
	for _, s := range l.pending {
		s.conn.reset()
	}
	l.pending = nil
}

func (l *listener) String() string { return fmt.Sprintf("%v of %v", l.who, l.b) }

// name is an address that could not be parsed.
type name string

func (name) Network() string  { return "sim" }
func (n name) String() string { return string(n) }

func (n *Network) ident(letter byte) ident {
	n.ids++
	return ident{letter, n.ids}
}
