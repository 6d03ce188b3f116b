package session

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/engine"
	"github.com/actum-go/actum/zmq/internal/mechanism"
	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/transport"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// Dialer is one Connect: it keeps one connection to an endpoint until it is
// stopped.
//
//  1. Resolve: a goroutine looks the name up and posts the result.
//  2. Connect to one target after the other, each with the connect timeout.
//  3. The engine shakes hands and carries traffic until it is closed.
//  4. Back off, then begin again.
type Dialer struct {
	cfg  *Config
	d    *proactor.Dispatcher
	ep   Endpoint
	peer *pipe.Peer

	engine  engine.Engine // nil while there is no connection
	backoff time.Duration // the next wait; 0: the interval
	status

	*attempt // nil while there is a connection

	resolved *resolution  // while a name is looked up
	stopped  func()       // not nil while stopping, and afterwards
	backlog  pipe.Backlog // what earlier connections have brought and was not received

	linked      bool // the pattern knows of the connection
	retrySlowly bool // retrying soon would not help with the last failure
	detached    bool // the pattern does not have the peer any more
	finished    bool
}

// attempt is the state of connecting. A Dialer releases it once it is connected.
type attempt struct {
	targets     []transport.Target // still to be tried
	connectOp   proactor.Operation
	timerOp     proactor.Operation // the connect timeout, or the wait before the next attempt
	waiting     bool               // timerOp is the wait
	onTimerIdle func()             // called when the cancelled timer has completed
}

// resolution is the look-up of a name by a goroutine of its own.
type resolution struct {
	op      proactor.Operation
	cancel  context.CancelFunc
	targets []transport.Target
	err     error
}

// errBacklogFull is why no connection is made to a peer whose earlier messages
// fill the backlog.
var errBacklogFull = errors.New("the receive high-water mark is reached by messages of earlier connections not received yet by the program")

// errNoAddress is the error of a look-up that succeeds without an address.
var errNoAddress = errors.New("the name has no address")

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

// begin looks up where to connect.
func (s *Dialer) begin() {
	s.prepare()
	if s.backlog.Full(s.cfg.Engine.RecvLimits) {
		s.failed("zmq: not connecting again yet", errBacklogFull)
		return
	}
	if t, ok := s.ep.Transport.Literal(s.ep.Endpoint); ok {
		s.targets = append(s.targets[:0], t)
		s.connect()
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	r := &resolution{cancel: cancel}
	r.op.Handler = proactor.HandlerFunc(func(*proactor.Operation) { s.onResolved() })
	s.resolved = r
	go func() {
		r.targets, r.err = s.ep.Transport.Resolve(ctx, s.ep.Endpoint)
		s.d.Post(&r.op)
	}()
}

// prepare makes the state of an attempt, if there is none.
func (s *Dialer) prepare() {
	if s.attempt == nil {
		s.attempt = new(attempt)
		s.connectOp.Handler = proactor.HandlerFunc(s.onConnect)
		s.timerOp.Handler = proactor.HandlerFunc(s.onTimer)
	}
}

func (s *Dialer) onResolved() {
	r := s.resolved
	r.cancel()
	s.resolved, s.targets = nil, r.targets
	if r.err == nil && len(r.targets) == 0 {
		r.err = errNoAddress
	}
	switch {
	case s.stopped != nil:
		s.finishStop()
	case r.err != nil:
		s.retrySlowly = true // to spare name servers
		s.failed("zmq: name not resolved, trying again", r.err)
	default:
		s.connect()
	}
}

// connect tries the next target. There must be one.
func (s *Dialer) connect() {
	s.retrySlowly = false
	t := s.targets[0]
	s.targets = s.targets[1:]
	o := s.cfg.Socket
	o.LocalAddr = t.Source
	s.d.Connect(&s.connectOp, t.Network, t.Address, &o)
	if s.cfg.ConnectTimeout > 0 {
		s.d.StartTimer(&s.timerOp, s.cfg.ConnectTimeout)
	}
}

func (s *Dialer) onConnect(op *proactor.Operation) {
	s.d.Cancel(&s.timerOp)
	h := op.Accepted()
	switch {
	case s.stopped != nil:
		if h != nil {
			_ = h.Close()
		}
		s.finishStop()
	case op.Err() != nil && len(s.targets) > 0:
		s.whenTimerIdle(s.connect)
	case op.Err() != nil:
		s.failed("zmq: not connected, trying again", op.Err())
	default:
		s.engine = s.cfg.engine(s.d, h, s, mechanism.Client)
		s.engine.Start()
	}
}

// Established implements engine.Session.
func (s *Dialer) Established(e engine.Engine, metadata wire.Metadata) (*pipe.Out, error) {
	out, err := s.cfg.link(e, s.peer, metadata)
	if err != nil {
		return nil, refusedPeerError{err}
	}
	s.linked = true
	s.backoff = 0
	s.succeeded(s.cfg, StateConnected, "zmq: connected", s.ep.String())
	if !s.timerOp.Outstanding() { // it has usually completed: onConnect has cancelled it
		s.attempt = nil
	}
	return out, nil
}

// Refused implements engine.Session.
func (s *Dialer) Refused(why pipe.Refusal, n int) { s.cfg.Host.Refused(why, n) }

// Closed implements engine.Session.
func (s *Dialer) Closed(e engine.Engine, cause error, unsent *message.Batch) {
	s.engine = nil
	s.retrySlowly = isPermanent(cause)
	what := "zmq: no handshake, connecting again"
	if s.linked {
		what = "zmq: connection lost, connecting again"
		s.linked = false
		s.backlog.Add(e.Inbox())
		s.peer.Out.Detach(unsent)
		s.cfg.Host.Disconnected(s.peer)
	}
	s.failed(what, cause)
}

// failed backs off and begins again, unless only one attempt is wanted.
func (s *Dialer) failed(what string, cause error) {
	switch {
	case s.stopped != nil:
		s.finishStop()
	case s.cfg.ReconnectInterval < 0:
		s.status.failed(s.cfg, s.d.Now(), StateGivenUp, "zmq: not connecting again", s.ep.String(), cause)
		s.detach()
	default:
		s.status.failed(s.cfg, s.d.Now(), StateRetrying, what, s.ep.String(), cause)
		s.whenTimerIdle(s.wait)
	}
}

// detach removes the peer from the pattern: no more messages are queued for it,
// and those that were are dropped.
func (s *Dialer) detach() {
	if !s.detached {
		s.detached = true
		s.cfg.Host.Detach(s.peer, true)
	}
}

// whenTimerIdle calls f as soon as the timer can be used again.
func (s *Dialer) whenTimerIdle(f func()) {
	s.prepare()
	if s.timerOp.Outstanding() {
		s.onTimerIdle = f
		return
	}
	f()
}

func (s *Dialer) wait() {
	s.waiting = true
	s.d.StartTimer(&s.timerOp, s.retryDelay())
}

// slowRetryMax is the longest wait without a ReconnectIntervalMax, where retrying
// soon would not help.
const slowRetryMax = 10 * time.Second

// retryDelay is how long to wait now: the interval, doubled each time up to the
// maximum, plus a random part of the interval, so that peers that lost the same
// connection do not all return at once. For a peer that does not fit, and for a
// name that does not resolve, the wait grows even if the interval does not.
func (s *Dialer) retryDelay() time.Duration {
	base, most := s.cfg.ReconnectInterval, s.cfg.ReconnectIntervalMax
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

// onTimer ends a wait, or a connect that takes too long.
func (s *Dialer) onTimer(op *proactor.Operation) {
	waited := s.waiting
	s.waiting = false
	switch then := s.onTimerIdle; {
	case s.stopped != nil:
		s.finishStop()
	case then != nil:
		s.onTimerIdle = nil
		then()
	case waited:
		s.begin()
	case op.Err() == nil:
		s.d.Cancel(&s.connectOp)
	}
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
	if s.resolved != nil {
		s.resolved.cancel()
	}
	if s.attempt != nil {
		s.d.Cancel(&s.timerOp)
		s.d.Cancel(&s.connectOp)
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

func (a *attempt) outstanding() bool {
	return a != nil && (a.connectOp.Outstanding() || a.timerOp.Outstanding())
}

// finishStop calls the function given to Stop, once nothing is left to wait for.
func (s *Dialer) finishStop() {
	if s.stopped == nil || s.finished || s.engine != nil || s.resolved != nil ||
		s.attempt.outstanding() {
		return
	}
	s.finished = true
	s.detach()
	s.stopped()
}
