package session

import (
	"errors"
	"math"
	"time"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/engine"
	"github.com/actum-go/actum/zmq/internal/mechanism"
	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/stream"
	"github.com/actum-go/actum/zmq/internal/transport"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// Dialer is one Connect: it keeps one connection to an endpoint until it is
// stopped.
//
//  1. The transport makes a stream.
//  2. The engine shakes hands and carries traffic until it is closed.
//  3. Back off, then begin again.
//
// At most one of dialing, retry and engine is there.
type Dialer struct {
	cfg  *Config
	d    *proactor.Dispatcher
	ep   Endpoint
	peer *pipe.Peer

	dialing transport.Attempt   // nil unless the transport makes a stream
	retry   *proactor.Operation // the wait before the next attempt; nil without one
	engine  engine.Engine       // nil while there is no connection
	backoff time.Duration       // the next wait; 0: the interval
	status

	stopped func()       // not nil while stopping, and afterwards
	backlog pipe.Backlog // what earlier connections have brought and was not received

	linked      bool // the pattern knows of the connection
	retrySlowly bool // retrying soon would not help with the last failure
	detached    bool // the pattern does not have the peer any more
	finished    bool
}

// errBacklogFull is why no connection is made to a peer whose earlier messages
// fill the backlog.
var errBacklogFull = errors.New("the receive high-water mark is reached by messages of earlier connections not received yet by the program")

// Dial attaches a peer to the socket and begins to connect.
func Dial(cfg *Config, ep Endpoint) (*Dialer, error) {
	s := &Dialer{cfg: cfg, d: cfg.Dispatcher(), ep: ep, peer: cfg.newPeer(ep.String())}
	if err := cfg.Host.Attach(s.peer); err != nil {
		return nil, err
	}
	start := proactor.HandlerFunc(func(*proactor.Operation) { s.begin() })
	s.d.Post(&proactor.Operation{Handler: start}) // before any Stop, which is posted too
	return s, nil
}

// Peer is the peer at the endpoint.
func (s *Dialer) Peer() *pipe.Peer { return s.peer }

// WhenDelivered calls f once nothing is queued for the peer.
func (s *Dialer) WhenDelivered(f func()) { s.peer.Out.OnDrained(f) }

// begin begins an attempt.
func (s *Dialer) begin() {
	if s.backlog.Full(s.cfg.Host.RecvLimits()) {
		s.failed(EventBacklogFull, errBacklogFull)
		return
	}
	s.emit(EventConnecting)
	s.dialing = s.ep.Transport.Dial(s.d, s.ep.Endpoint, s.onDialed)
}

func (s *Dialer) onDialed(to stream.Stream, err error) {
	s.dialing = nil
	if err != nil {
		s.retrySlowly = isPermanent(err)
		kind := EventConnectFailed
		if e := (*transport.Error)(nil); errors.As(err, &e) {
			switch e.Step {
			case transport.StepResolve:
				s.retrySlowly = true // to spare name servers
				kind = EventNotResolved
			case transport.StepHandshake:
				kind = EventHandshakeFailed
			}
		}
		s.failed(kind, err)
		return
	}
	s.emit(EventConnected)
	s.engine = s.cfg.engine(s.d, to, s, mechanism.Client)
	s.engine.Start()
}

// Established implements engine.Session.
func (s *Dialer) Established(e engine.Engine, metadata wire.Metadata) (*pipe.Out, error) {
	out, err := s.cfg.link(e, s.peer, metadata)
	if err != nil {
		return nil, refusedPeerError{err}
	}
	s.linked = true
	s.backoff = 0
	s.emit(EventHandshakeSucceeded)
	return out, nil
}

// Refused implements engine.Session.
func (s *Dialer) Refused(why pipe.Refusal, n int) { s.cfg.Host.Refused(why, n) }

// Closed implements engine.Session.
func (s *Dialer) Closed(e engine.Engine, cause error, unsent *message.Batch) {
	s.engine = nil
	s.retrySlowly = isPermanent(cause)
	kind := EventHandshakeFailed
	if s.linked {
		kind = EventDisconnected
		s.linked = false
		s.backlog.Add(e.Inbox())
		s.peer.Out.Detach(unsent)
		s.cfg.Host.Disconnected(s.peer)
	}
	s.failed(kind, cause)
}

// failed backs off and begins again, unless only one attempt is wanted.
func (s *Dialer) failed(kind EventKind, cause error) {
	e := Event{Kind: kind, Where: s.ep.String(), Cause: cause}
	switch {
	case s.stopped != nil:
		s.cfg.observe(e)
		s.finishStop()
	case s.cfg.Engine.ReconnectInterval < 0:
		s.cfg.observe(e)
		e.Kind = EventGivenUp
		s.status.emit(s.cfg, s.d.Now(), e)
		s.detach()
	default:
		s.status.emit(s.cfg, s.d.Now(), e)
		delay := s.retryDelay()
		s.retry = &proactor.Operation{Handler: proactor.HandlerFunc(s.onRetry)}
		s.d.StartTimer(s.retry, delay)
		s.cfg.observe(Event{Kind: EventRetry, Where: e.Where, Delay: delay})
	}
}

// emit emits an event that has no cause.
func (s *Dialer) emit(kind EventKind) {
	s.status.emit(s.cfg, s.d.Now(), Event{Kind: kind, Where: s.ep.String()})
}

// detach removes the peer from the pattern: no more messages are queued for it,
// and those that were are dropped.
func (s *Dialer) detach() {
	if !s.detached {
		s.detached = true
		s.cfg.Host.Detach(s.peer, true)
	}
}

// slowRetryMax is the longest wait without a ReconnectIntervalMax, where retrying
// soon would not help.
const slowRetryMax = 10 * time.Second

// retryDelay is how long to wait now: the interval, doubled each time up to the
// maximum, plus a random part of the interval, so that peers that lost the same
// connection do not all return at once. For a peer that does not fit, and for a
// name that does not resolve, the wait grows even if the interval does not.
func (s *Dialer) retryDelay() time.Duration {
	base, most := s.cfg.Engine.ReconnectInterval, s.cfg.Engine.ReconnectIntervalMax
	if s.retrySlowly && most == 0 {
		most = slowRetryMax
	}
	most = max(most, base)
	wait := min(max(s.backoff, base), most)
	s.backoff = min(addDurations(wait, wait), most)
	return addDurations(wait, s.cfg.Jitter(base))
}

// addDurations adds durations that are not negative. The sum is at most half of
// what a Duration holds, so that it can be added to any clock.
func addDurations(a, b time.Duration) time.Duration {
	const most = math.MaxInt64 / 2
	return min(min(a, most)+min(b, most), most)
}

func (s *Dialer) onRetry(op *proactor.Operation) {
	s.retry = nil
	switch {
	case s.stopped != nil:
		s.finishStop()
	case op.Err() == nil:
		s.begin()
	} // else the dispatcher was closed: nothing can be made there any more
}

// Stop ends the connection and calls done, on the dispatcher's goroutine, when
// nothing of it is left, which takes no longer than timeout; see
// Engine.CloseGracefully. It must be called once.
func (s *Dialer) Stop(timeout time.Duration, done func()) {
	stop := proactor.HandlerFunc(func(*proactor.Operation) { s.onStop(timeout, done) })
	s.d.Post(&proactor.Operation{Handler: stop})
}

func (s *Dialer) onStop(timeout time.Duration, done func()) {
	s.stopped = done
	if s.dialing != nil {
		s.dialing.Cancel()
	}
	if s.retry != nil {
		s.d.Cancel(s.retry)
	}
	if s.engine != nil {
		s.engine.CloseGracefully(errStopped, timeout)
	}
	s.finishStop()
}

// CloseNow makes a Stop in progress wait no longer for the peer.
func (s *Dialer) CloseNow() {
	closeNow := proactor.HandlerFunc(func(*proactor.Operation) {
		if s.engine != nil {
			s.engine.CloseNow()
		}
	})
	s.d.Post(&proactor.Operation{Handler: closeNow})
}

// finishStop calls the function given to Stop, once nothing is left to wait for.
func (s *Dialer) finishStop() {
	if s.stopped == nil || s.finished || s.dialing != nil || s.retry != nil || s.engine != nil {
		return
	}
	s.finished = true
	s.detach()
	s.emit(EventClosed)
	s.stopped()
}
