package session

import (
	"container/list"
	"context"
	"errors"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/engine"
	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/stream"
	"github.com/actum-go/actum/zmq/internal/transport"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// errStopped is why a connection is closed from this side.
var errStopped = errors.New("zmq: socket closed its connection")

// errHandedOver is why the connection of a ROUTER's peer is closed when another
// peer takes its routing id.
var errHandedOver = errors.New("zmq: another peer has taken its routing id")

// Listener is one Bind: it accepts peers until it is stopped. Accepted peers stay
// connected when the endpoint is unbound, until the socket is closed.
type Listener struct {
	cfg   *Config
	d     *proactor.Dispatcher
	bound transport.Listener
	peers *Accepted

	handshakes transport.Handshakes

	acceptFailing bool // the last accept failed
	failureLogged bool // one of the failures since the last accept was logged

	status
}

// Listen binds an endpoint. It may wait for the look-up of a name, until ctx is
// done. The Listener must then be started or abandoned. Its peers are kept in
// accepted.
func Listen(ctx context.Context, cfg *Config, ep Endpoint, accepted *Accepted) (*Listener, error) {
	d := cfg.Dispatcher()
	bound, err := ep.Transport.Listen(ctx, d, ep.Endpoint)
	if err != nil {
		return nil, err
	}
	return &Listener{cfg: cfg, d: d, bound: bound, peers: accepted, status: status{now: Status{State: StateListening}}}, nil
}

// Start begins to accept.
func (l *Listener) Start() {
	l.emit(EventListening, l.bound.Endpoint(), nil)
	l.bound.Start(l)
}

func (l *Listener) emit(kind EventKind, where string, cause error) (logged bool) {
	return l.status.emit(l.cfg, l.d.Now(), Event{Kind: kind, Where: where, Cause: cause})
}

// Abandon closes a Listener that was not started.
func (l *Listener) Abandon() { l.bound.Abandon() }

// Endpoint is the endpoint that was bound, with wildcards replaced by what the
// system picked.
func (l *Listener) Endpoint() string { return l.bound.Endpoint() }

// Status returns the current state. Accepts that pause for lack of descriptors
// are no failure, but the reason is shown.
func (l *Listener) Status() Status {
	now := l.status.Status()
	if why := l.bound.Paused(); why != nil {
		now.Err = why
	}
	return now
}

// Queued is the number of messages for peers that are not in the Accepted: none.
func (l *Listener) Queued() int { return 0 }

// Accepted implements transport.Acceptor.
func (l *Listener) Accepted(s stream.Stream) {
	if l.acceptFailing {
		l.acceptsAgain()
	}
	l.peers.add(l, s)
}

// Failed implements transport.Acceptor.
func (l *Listener) Failed(from string, err error) {
	if from == "" {
		l.acceptFailing = true
		l.failureLogged = l.emit(EventAcceptFailed, l.bound.Endpoint(), err) || l.failureLogged
		return
	}
	l.emit(EventPeerRefused, from, err)
}

// acceptsAgain ends a row of failures. It is logged if one of them was, so that
// neither fills the log.
func (l *Listener) acceptsAgain() {
	e := Event{Kind: EventAcceptsAgain, Where: l.bound.Endpoint()}
	if l.failureLogged {
		l.status.emit(l.cfg, l.d.Now(), e)
	} else {
		l.cfg.observe(e)
	}
	l.acceptFailing, l.failureLogged = false, false
}

// Stop stops accepting and calls done, on the dispatcher's goroutine, when
// nothing is left. It must be called once.
func (l *Listener) Stop(done func()) {
	l.bound.Stop(func() {
		l.emit(EventListenerClosed, l.bound.Endpoint(), nil)
		done()
	})
}

// endHandshake is called when a has shaken hands, or is closed.
func (l *Listener) endHandshake(a *acceptedPeer) {
	if a.place != nil {
		l.handshakes.End(a.place)
		a.place = nil
	}
}

// acceptedPeer is one accepted connection.
type acceptedPeer struct {
	by     *Listener
	peer   *pipe.Peer // nil before the handshake is done
	engine engine.Engine
	from   string
	index  int           // its position in by.peers
	place  *list.Element // in by.handshakes; nil once it has shaken hands
}

// Established implements engine.Session.
func (a *acceptedPeer) Established(e engine.Engine, metadata wire.Metadata) (*pipe.Out, error) {
	peer := a.by.cfg.newPeer(a.from)
	if err := a.by.cfg.Host.Attach(peer); err != nil {
		return nil, refusedPeerError{err}
	}
	if a.by.cfg.Engine.Type.Addresses() {
		peer.HangUp = a.hangUp
	}
	out, err := a.by.cfg.link(e, peer, metadata)
	if err != nil {
		a.by.cfg.Host.Detach(peer, true)
		return nil, refusedPeerError{err}
	}
	a.by.endHandshake(a)
	a.by.peers.established(a, peer)
	a.by.emit(EventPeerEstablished, a.from, nil)
	return out, nil
}

// hangUp closes the connection soon. Any goroutine may call it.
func (a *acceptedPeer) hangUp() {
	a.by.d.Post(&proactor.Operation{Handler: proactor.HandlerFunc(func(*proactor.Operation) {
		a.engine.Close(errHandedOver)
	})})
}

// Refused implements engine.Session.
func (a *acceptedPeer) Refused(why pipe.Refusal, n int) { a.by.cfg.Host.Refused(why, n) }

// Closed implements engine.Session.
func (a *acceptedPeer) Closed(_ engine.Engine, cause error, unsent *message.Batch) {
	a.by.endHandshake(a)
	a.report(cause)
	if a.peer != nil {
		a.peer.Out.Detach(unsent)
		a.by.cfg.Host.Disconnected(a.peer)
		a.by.cfg.Host.Detach(a.peer, true)
	}
	a.by.peers.remove(a)
}

// report says why the connection has ended. It counts a failure unless the peer
// left as expected, or the connection was closed from this side.
func (a *acceptedPeer) report(cause error) {
	switch {
	case a.peer == nil && cause != errStopped:
		a.by.emit(EventPeerRefused, a.from, cause)
	case needsAttention(cause):
		a.by.emit(EventPeerFailed, a.from, cause)
	default:
		a.by.emit(EventPeerLeft, a.from, cause)
	}
}
