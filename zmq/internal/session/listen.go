package session

import (
	"errors"
	"time"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/engine"
	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/transport"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// errStopped is why a connection is closed from this side.
var errStopped = errors.New("zmq: socket closed its connection")

// errTakenOver is why a connection to a ROUTER is closed whose routing id another
// peer has taken.
var errTakenOver = errors.New("zmq: another peer has taken its routing id")

// acceptPause is how long a listener waits after an accept failed, for want of
// descriptors most likely, before it tries again.
const acceptPause = 100 * time.Millisecond

// Listener is one Bind: it accepts peers until it is stopped. Those that it has
// accepted stay connected when the endpoint is unbound; they end with the
// socket.
type Listener struct {
	cfg   *Config
	d     *proactor.Dispatcher
	bound transport.Listener
	peers *Accepted

	acceptOp, timerOp, stopOp proactor.Operation
	stopped                   func() // not nil: stopping
}

// Listen binds an endpoint and begins to accept. The peers are kept in accepted.
func Listen(cfg *Config, ep Endpoint, accepted *Accepted) (*Listener, error) {
	d := cfg.Dispatcher()
	bound, err := ep.Transport.Listen(d, ep.Endpoint, &cfg.Socket)
	if err != nil {
		return nil, err
	}
	l := &Listener{cfg: cfg, d: d, bound: bound, peers: accepted}
	l.acceptOp.Handler = proactor.HandlerFunc(l.onAccept)
	l.timerOp.Handler = proactor.HandlerFunc(l.onTimer)
	l.stopOp.Handler = proactor.HandlerFunc(l.onStop)
	bound.Handle.Accept(&l.acceptOp)
	return l, nil
}

// Endpoint is what was bound, with what the system picked filled in.
func (l *Listener) Endpoint() string { return l.bound.Endpoint }

func (l *Listener) onAccept(op *proactor.Operation) {
	h := op.Accepted()
	if l.stopped != nil {
		if h != nil {
			_ = h.Close()
		}
		l.finish()
		return
	}
	if err := op.Err(); err != nil {
		l.cfg.log("zmq: accept failed, trying again", l.bound.Endpoint, err)
		l.d.StartTimer(&l.timerOp, acceptPause)
		return
	}
	l.peers.add(l.cfg, l.d, h, l.bound.Endpoint)
	l.bound.Handle.Accept(&l.acceptOp)
}

func (l *Listener) onTimer(*proactor.Operation) {
	if l.stopped != nil {
		l.finish()
		return
	}
	l.bound.Handle.Accept(&l.acceptOp)
}

// Stop stops accepting and calls done, on the dispatcher's goroutine, when
// nothing is left. It must be called once.
func (l *Listener) Stop(done func()) {
	l.stopOp.Token = done
	l.d.Post(&l.stopOp)
}

func (l *Listener) onStop(op *proactor.Operation) {
	l.stopped = op.Token.(func())
	_ = l.bound.Handle.Close()
	l.d.Cancel(&l.timerOp)
	l.finish()
}

func (l *Listener) finish() {
	if l.stopped == nil || l.acceptOp.Outstanding() || l.timerOp.Outstanding() {
		return
	}
	l.bound.Remove()
	done := l.stopped
	l.stopped = nil
	done()
}

// acceptedPeer is one accepted connection.
type acceptedPeer struct {
	cfg    *Config
	all    *Accepted
	peer   *pipe.Peer // nil before the handshake is done
	engine *engine.Engine
	from   string
	d      *proactor.Dispatcher
	index  int // where it stands in all.peers
}

// Established implements engine.Session.
func (a *acceptedPeer) Established(e *engine.Engine, told wire.Metadata) (*pipe.Out, error) {
	peer := a.cfg.newPeer(a.from)
	if err := a.cfg.Host.Attach(peer); err != nil {
		return nil, err
	}
	if a.cfg.Type == wire.ROUTER {
		peer.HangUp = a.hangUp
	}
	out, err := a.cfg.link(e, peer, told)
	if err != nil {
		a.cfg.Host.Detach(peer, true)
		return nil, err
	}
	a.all.established(a, peer)
	return out, nil
}

// hangUp closes the connection, soon. Any goroutine.
func (a *acceptedPeer) hangUp() {
	a.d.Post(&proactor.Operation{Handler: proactor.HandlerFunc(func(*proactor.Operation) {
		a.engine.Close(errTakenOver)
	})})
}

// Closed implements engine.Session.
func (a *acceptedPeer) Closed(_ *engine.Engine, cause error, unsent *message.Batch) {
	a.cfg.log("zmq: peer left", a.from, cause)
	if a.peer != nil {
		a.peer.Out.Detach(unsent)
		a.cfg.Host.Disconnected(a.peer)
		a.cfg.Host.Detach(a.peer, true)
	}
	a.all.remove(a)
}
