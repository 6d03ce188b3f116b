package session

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/engine"
	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/transport"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// Dialer is one Connect: it keeps one connection to an endpoint, for ever.
//
//  1. resolve: a name is looked up by a goroutine, the result is posted
//  2. connect: to one target after the other, each with the connect timeout
//  3. the engine shakes hands and carries traffic, until it is closed
//  4. back off, then begin again
type Dialer struct {
	cfg  *Config
	d    *proactor.Dispatcher
	ep   Endpoint
	peer *pipe.Peer

	engine  *engine.Engine // nil while there is no connection
	backoff time.Duration  // the next wait; 0: the first one
	status

	*attempt // nil while there is a connection

	resolved *resolution // while a name is looked up
	stopped  func()      // not nil: stopping
	left     pipe.Backlog

	linked   bool // the pattern has been told of the connection
	slow     bool // the last failure does not go away by trying again soon
	detached bool // the pattern has no peer any more
	finished bool
}

// attempt is what it takes to connect, and is not there while the connection is.
type attempt struct {
	targets   []transport.Target // still to be tried
	connectOp proactor.Operation
	timerOp   proactor.Operation // the connect timeout, or the wait before the next attempt
	waiting   bool               // it is the wait
	then      func()             // what to do when a timer that was cancelled is back
}

// resolution is the look-up of a name, done by a goroutine of its own.
type resolution struct {
	op      proactor.Operation
	cancel  context.CancelFunc
	targets []transport.Target
	err     error
}

// errUnread is why no connection is made to a peer that has come and gone.
var errUnread = errors.New("earlier connections have brought as many messages as the receive high-water mark allows, and nobody has received them")

// errNoAddress is a look-up that has found nothing and has not failed.
var errNoAddress = errors.New("the name has no address")

// Dial attaches a peer to the socket and begins to connect.
func Dial(cfg *Config, ep Endpoint) (*Dialer, error) {
	s := &Dialer{cfg: cfg, d: cfg.Dispatcher(), ep: ep, peer: cfg.newPeer(ep.String())}
	if err := cfg.Host.Attach(s.peer); err != nil {
		return nil, err
	}
	start := proactor.HandlerFunc(func(*proactor.Operation) { s.begin() })
	s.d.Post(&proactor.Operation{Handler: start}) // once: the Dialer need not keep it, and a Stop is posted after it
	return s, nil
}

// Peer is who is connected to.
func (s *Dialer) Peer() *pipe.Peer { return s.peer }

// begin looks up where to connect to.
func (s *Dialer) begin() {
	s.prepare()
	if s.left.Full(s.cfg.Engine.RecvLimits) {
		s.failed("zmq: not connecting again yet", errUnread)
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

// prepare makes an attempt possible.
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
		s.finish()
	case r.err != nil:
		s.slow = true // name servers are shared with others
		s.failed("zmq: name not resolved, trying again", r.err)
	default:
		s.connect()
	}
}

// connect tries the next target, of which there is one.
func (s *Dialer) connect() {
	s.slow = false
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
		s.finish()
	case op.Err() != nil && len(s.targets) > 0:
		s.whenTimerIsBack(s.connect)
	case op.Err() != nil:
		s.failed("zmq: not connected, trying again", op.Err())
	default:
		s.engine = s.cfg.engine(s.d, h, s)
		s.engine.Start()
	}
}

// Established implements engine.Session.
func (s *Dialer) Established(e *engine.Engine, told wire.Metadata) (*pipe.Out, error) {
	out, err := s.cfg.link(e, s.peer, told)
	if err != nil {
		return nil, unwantedError{err}
	}
	s.linked = true
	s.backoff = 0
	s.succeeded(s.cfg, StateConnected, "zmq: connected", s.ep.String())
	if !s.timerOp.Outstanding() { // it is back by now: onConnect has cancelled it
		s.attempt = nil
	}
	return out, nil
}

// Refused implements engine.Session.
func (s *Dialer) Refused(why pipe.Refusal, n int) { s.cfg.Host.Refused(why, n) }

// Closed implements engine.Session.
func (s *Dialer) Closed(e *engine.Engine, cause error, unsent *message.Batch) {
	s.engine = nil
	s.slow = misfit(cause)
	what := "zmq: no handshake, connecting again"
	if s.linked {
		what = "zmq: connection lost, connecting again"
		s.linked = false
		s.left.Add(e.Inbox())
		s.peer.Out.Detach(unsent)
		s.cfg.Host.Disconnected(s.peer)
	}
	s.failed(what, cause)
}

// failed backs off and begins again, unless one attempt is all there is to be.
func (s *Dialer) failed(what string, cause error) {
	switch {
	case s.stopped != nil:
		s.finish()
	case s.cfg.ReconnectInterval < 0:
		s.status.failed(s.cfg, s.d.Now(), StateGivenUp, "zmq: not connecting again", s.ep.String(), cause)
		s.detach()
	default:
		s.status.failed(s.cfg, s.d.Now(), StateRetrying, what, s.ep.String(), cause)
		s.whenTimerIsBack(s.wait)
	}
}

// detach takes the peer away from the pattern: nothing more is queued for it, and
// nobody waits for what was.
func (s *Dialer) detach() {
	if !s.detached {
		s.detached = true
		s.cfg.Host.Detach(s.peer, true)
	}
}

// whenTimerIsBack goes on with f as soon as the timer can be used again.
func (s *Dialer) whenTimerIsBack(f func()) {
	s.prepare()
	if s.timerOp.Outstanding() {
		s.then = f
		return
	}
	f()
}

func (s *Dialer) wait() {
	s.waiting = true
	s.d.StartTimer(&s.timerOp, s.pause())
}

// slowest is how long the waits get, without a ReconnectIntervalMax, where trying
// again soon does not help.
const slowest = 10 * time.Second

// pause is how long to wait now: the interval, doubled each time up to the
// maximum, and a random part of the interval, so that many who lost the same
// peer do not come back together. A peer that does not fit, and a name that does
// not resolve, are left alone for longer and longer also where the interval does
// not grow.
func (s *Dialer) pause() time.Duration {
	base, most := s.cfg.ReconnectInterval, s.cfg.ReconnectIntervalMax
	if s.slow && most == 0 {
		most = slowest
	}
	most = max(most, base)
	wait := min(max(s.backoff, base), most)
	s.backoff = min(addTimes(wait, wait), most)
	return addTimes(wait, s.cfg.Jitter(base))
}

// addTimes adds times that are not negative. The sum stays below half of what a
// Duration holds, so that it can be added to any clock.
func addTimes(a, b time.Duration) time.Duration {
	const most = math.MaxInt64 / 2
	return min(min(a, most)+min(b, most), most)
}

// onTimer ends a wait, or a connect that takes too long.
func (s *Dialer) onTimer(op *proactor.Operation) {
	waited := s.waiting
	s.waiting = false
	switch then := s.then; {
	case s.stopped != nil:
		s.finish()
	case then != nil:
		s.then = nil
		then()
	case waited:
		s.begin()
	case op.Err() == nil:
		s.d.Cancel(&s.connectOp)
	}
}

// Stop ends the connection and calls done, on the dispatcher's goroutine, when
// nothing of it is left, which takes no longer than patience; see Engine.Part. It
// must be called once.
func (s *Dialer) Stop(patience time.Duration, done func()) {
	stop := proactor.HandlerFunc(func(*proactor.Operation) { s.onStop(patience, done) })
	s.d.Post(&proactor.Operation{Handler: stop})
}

func (s *Dialer) onStop(patience time.Duration, done func()) {
	s.stopped = done
	if s.resolved != nil {
		s.resolved.cancel()
	}
	if s.attempt != nil {
		s.d.Cancel(&s.timerOp)
		s.d.Cancel(&s.connectOp)
	}
	if s.engine != nil {
		s.engine.CloseGracefully(errStopped, patience)
	}
	s.finish()
}

// Hurry has a Stop wait for the peer no longer.
func (s *Dialer) CloseNow() {
	hurry := proactor.HandlerFunc(func(*proactor.Operation) {
		if s.engine != nil {
			s.engine.CloseNow()
		}
	})
	s.d.Post(&proactor.Operation{Handler: hurry})
}

func (a *attempt) outstanding() bool {
	return a != nil && (a.connectOp.Outstanding() || a.timerOp.Outstanding())
}

// finish reports that a stop is complete, if it is.
func (s *Dialer) finish() {
	if s.stopped == nil || s.finished || s.engine != nil || s.resolved != nil ||
		s.attempt.outstanding() {
		return
	}
	s.finished = true
	s.detach()
	s.stopped()
}
