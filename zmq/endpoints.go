package zmq

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/actum-go/actum/zmq/internal/endpoint"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/session"
	"github.com/actum-go/actum/zmq/internal/transport/inproc"
	"github.com/actum-go/actum/zmq/internal/transport/ipc"
	"github.com/actum-go/actum/zmq/internal/transport/tcp"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// endpoint finds the transport of an endpoint that is not inproc's.
func (c *Context) endpoint(ep endpoint.Endpoint) session.Endpoint {
	if ep.Transport == endpoint.IPC {
		return session.Endpoint{Endpoint: ep, Transport: ipc.Transport{}}
	}
	return session.Endpoint{Endpoint: ep, Transport: tcp.Transport{Resolver: c.opts.Resolver}}
}

// bound is one Bind. stop takes it down and calls done
// when nothing of it is left.
type bound struct {
	given, actual endpoint.Endpoint
	status        func() session.Status
	queued        func() int // what waits for peers, where Socket.accepted does not have them
	stop          func(done func())
}

// connected is one Connect. Its stop may wait for the peer for as long as
// patience says, so that what was written arrives.
type connected struct {
	to     endpoint.Endpoint
	peer   *pipe.Peer
	status func() session.Status
	// drained has a function called when nothing has to be waited for any more
	// before the socket is closed.
	drained  func(func())
	stop     func(patience time.Duration, done func())
	closeNow func() // has a stop wait no longer; nil if there is no need
}

// Bind makes the socket reachable at an endpoint: "tcp://host:port", with * for
// all interfaces and for a port of the system's choice, "ipc://path", with * for
// a path that is made up and @name for Linux's abstract names, "inproc://name".
// [Socket.LastEndpoint] says what came of it. A socket may bind many.
//
// A host that is neither an address nor an interface is looked up, which may take
// long: BindContext bounds that, and Close ends it.
func (s *Socket) Bind(to string) error { return s.BindContext(context.Background(), to) }

// BindContext is Bind that gives up with ctx's error when ctx is done before the
// endpoint's host has been looked up.
func (s *Socket) BindContext(ctx context.Context, to string) error {
	s.mustBeMade()
	ep, err := parse("bind", to)
	if err != nil {
		return err
	}
	if err := s.bind(ctx, ep); err != nil {
		return &EndpointError{Op: "bind", Endpoint: to, Err: err}
	}
	return nil
}

// Connect connects the socket to an endpoint. It returns at once: the connection
// is made, and made again when it is lost, for as long as the endpoint is not
// disconnected. A socket may connect to many.
//
// A SUB, PUB, DEALER or REQ that is connected to a tcp or ipc endpoint already, or
// bound to it, stays as it is: Connect does nothing and returns nil, as with
// libzmq. The other types, and all types over inproc, get one more connection.
func (s *Socket) Connect(to string) error {
	s.mustBeMade()
	ep, err := parse("connect", to)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return &EndpointError{Op: "connect", Endpoint: to, Err: ErrClosed}
	}
	if err := s.connect(ep); err != nil {
		return &EndpointError{Op: "connect", Endpoint: to, Err: err}
	}
	return nil
}

// Unbind ends one Bind. Peers that are connected stay, except over inproc.
func (s *Socket) Unbind(from string) error { return s.close("unbind", from, s.unbind) }

// Disconnect ends every connection that Connect has made to the endpoint. Nothing
// more is sent there. What is queued is still sent, for as long as Options.Linger
// says, also to a peer that comes only then; Disconnect does not wait for it, but
// Close does, and Stats shows the endpoint for so long. What cannot be sent is
// dropped and counted. With NoLinger that is done at once.
func (s *Socket) Disconnect(from string) error { return s.close("disconnect", from, s.disconnect) }

// LastEndpoint is what was bound or connected to last, with wildcards replaced
// by what the system picked: others can connect to it.
func (s *Socket) LastEndpoint() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}

// parse checks that the endpoint is good for what is to be done with it.
func parse(op, s string) (endpoint.Endpoint, error) {
	ep, err := endpoint.Parse(s)
	if err == nil && op == "bind" {
		err = ep.CheckBind()
	}
	if err == nil && op == "connect" {
		err = ep.CheckConnect()
	}
	var bad *endpoint.Error
	if errors.As(err, &bad) {
		return ep, &EndpointError{Op: op, Endpoint: s, Err: errors.New(bad.Reason)}
	}
	return ep, err
}

// bind binds without the socket's lock, which nobody may hold while a name is
// looked up or a file system is asked.
func (s *Socket) bind(ctx context.Context, ep endpoint.Endpoint) error {
	if s.opening.Err() != nil {
		return ErrClosed
	}
	if ep.Transport == endpoint.Inproc {
		return s.bindName(ep)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.opening, cancel)()
	l, err := session.Listen(ctx, &s.session, s.ctx.endpoint(ep), &s.accepted)
	if err != nil {
		if s.opening.Err() != nil {
			return ErrClosed
		}
		return err
	}
	actual, err := endpoint.Parse(l.Endpoint())
	if err != nil {
		actual = ep
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		l.Abandon()
		return ErrClosed
	}
	l.Start()
	s.last = l.Endpoint()
	s.bound = append(s.bound, &bound{given: ep, actual: actual, status: l.Status, queued: none, stop: l.Stop})
	return nil
}

// bindName binds a name of the context's.
func (s *Socket) bindName(ep endpoint.Endpoint) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return ErrClosed
	}
	b, err := s.ctx.names.Bind(ep.Name, s.member())
	if err != nil {
		return err
	}
	s.last = ep.String()
	s.bound = append(s.bound, &bound{given: ep, actual: ep, status: named(b), queued: b.Queued, stop: after(b.Unbind)})
	return nil
}

func (s *Socket) connect(ep endpoint.Endpoint) error {
	if ep.Transport == endpoint.Inproc {
		c, err := s.ctx.names.Connect(ep.Name, s.member())
		if err != nil {
			return err
		}
		s.last = ep.String()
		s.connected = append(s.connected, &connected{
			to: ep, peer: c.Peer(), status: joined(c), drained: c.WhenDelivered,
			stop: func(_ time.Duration, done func()) { after(c.Disconnect)(done) },
		})
		return nil
	}
	if s.connectsOnce() && s.has(ep) {
		return nil
	}
	d, err := session.Dial(&s.session, s.ctx.endpoint(ep))
	if err != nil {
		return err
	}
	s.last = ep.String()
	s.connected = append(s.connected, &connected{to: ep, peer: d.Peer(), status: d.Status, drained: d.Peer().Out.OnDrained, stop: d.Stop, closeNow: d.CloseNow})
	return nil
}

// connectsOnce reports whether a second connection to the same endpoint would only
// do harm: a SUB would receive everything twice, and what waits for a reply could
// ask the same peer again. libzmq has the same four types.
func (s *Socket) connectsOnce() bool {
	return s.typ == SUB || s.typ == PUB || s.typ == DEALER || s.typ == REQ
}

// has reports whether the socket is connected or bound to the endpoint. A
// connection that was given up does not count: Connect begins again.
func (s *Socket) has(ep endpoint.Endpoint) bool {
	return slices.ContainsFunc(s.connected, func(c *connected) bool { return c.to == ep && c.status().State != session.StateGivenUp }) ||
		slices.ContainsFunc(s.bound, func(b *bound) bool { return b.actual == ep })
}

// member is the socket as inproc peers see it.
func (s *Socket) member() inproc.Member {
	return inproc.Member{Host: s.pattern, Type: wire.SocketType(s.typ), RoutingID: s.opts.RoutingID, Refused: s.refusedInproc}
}

// refusedInproc reports a binding that does not take this socket. It is called with
// locks held: the logger queues.
func (s *Socket) refusedInproc(name string, why error) {
	if s.session.Logger != nil {
		s.session.Logger.Warn("zmq: refused, waiting for another bind",
			"socket", s.typ.String(), "endpoint", endpoint.Inproc+"://"+name, "cause", why)
	}
}

// named is the status of a name that is bound.
func named(b *inproc.Binding) func() session.Status {
	return func() session.Status {
		refusals, why := b.Refused()
		return session.Status{State: session.StateListening, Err: why, Failures: refusals}
	}
}

func none() int { return 0 }

// joined is the status of a connection over inproc.
func joined(c *inproc.Connection) func() session.Status {
	return func() session.Status {
		joined, refusals, refused := c.State()
		now := session.Status{State: session.StateConnecting, Err: refused, Failures: refusals}
		switch {
		case joined:
			now.State = session.StateConnected
		case refusals > 0:
			now.State = session.StateRetrying
		}
		return now
	}
}

// after makes a stop of something that is done when it returns.
func after(stop func()) func(done func()) {
	return func(done func()) {
		stop()
		done()
	}
}

// close takes an endpoint down and waits until nothing of it is left.
func (s *Socket) close(op, from string, take func(endpoint.Endpoint) (stops []func(done func()), err error)) error {
	s.mustBeMade()
	ep, err := endpoint.Parse(from)
	if err != nil {
		_, err = parse(op, from)
		return err
	}
	s.mu.Lock()
	if s.closing {
		s.mu.Unlock()
		return &EndpointError{Op: op, Endpoint: from, Err: ErrClosed}
	}
	if err := s.ctx.mayNotWait(); err != nil {
		s.mu.Unlock()
		return &EndpointError{Op: op, Endpoint: from, Err: err}
	}
	stops, err := take(ep)
	done := make(chan struct{})
	if err == nil {
		s.leaving = append(s.leaving, done)
	}
	s.mu.Unlock()
	if err != nil {
		return &EndpointError{Op: op, Endpoint: from, Err: err}
	}
	s.stopAll(stops)
	close(done)
	s.mu.Lock()
	s.leaving = slices.DeleteFunc(s.leaving, func(c chan struct{}) bool { return c == done })
	s.mu.Unlock()
	return nil
}

func (s *Socket) unbind(ep endpoint.Endpoint) ([]func(func()), error) {
	for i, b := range s.bound {
		if b.given == ep || b.actual == ep {
			s.bound = slices.Delete(s.bound, i, i+1)
			return []func(func()){b.stop}, nil
		}
	}
	return nil, ErrNotBound
}

func (s *Socket) disconnect(ep endpoint.Endpoint) (stops []func(func()), err error) {
	found := false
	s.connected = slices.DeleteFunc(s.connected, func(c *connected) bool {
		if c.to != ep {
			return false
		}
		found = true
		if s.lingers(c) {
			s.leave(c)
			return true
		}
		stops = append(stops, func(done func()) { c.stop(0, done) })
		return true
	})
	if !found {
		return nil, ErrNotConnected
	}
	return stops, nil
}
