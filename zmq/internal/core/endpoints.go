package core

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/actum-go/actum/zmq/internal/endpoint"
	"github.com/actum-go/actum/zmq/internal/pattern"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/session"
	"github.com/actum-go/actum/zmq/internal/transport"
	"github.com/actum-go/actum/zmq/internal/transport/inproc"
	_ "github.com/actum-go/actum/zmq/internal/transport/ipc" // registers itself
	_ "github.com/actum-go/actum/zmq/internal/transport/tcp" // registers itself
)

// endpoint pairs an endpoint, which is not an inproc one, with its transport.
func (s *settings) endpoint(ep endpoint.Endpoint) (session.Endpoint, error) {
	t, ok := transport.For(ep, &s.transport)
	if !ok {
		return session.Endpoint{}, fmt.Errorf("no transport is registered for %s://", ep.Transport)
	}
	return session.Endpoint{Endpoint: ep, Transport: t}, nil
}

// bound is one Bind.
type bound struct {
	given, actual endpoint.Endpoint
	listener
}

// listener is what is bound: a session's listener, or a name of inproc.
type listener interface {
	Status() session.Status
	// Queued is the number of messages for peers that are not in Socket.accepted.
	Queued() int
	// Stop closes the endpoint and calls done when nothing of it is left.
	Stop(done func())
}

// connected is one Connect.
type connected struct {
	to endpoint.Endpoint
	connection
}

// connection is a session's connection, or one over inproc.
type connection interface {
	Peer() *pipe.Peer
	Status() session.Status
	// WhenDelivered calls f once the socket need not wait for this connection any
	// longer before it closes.
	WhenDelivered(f func())
	// Stop ends the connection and calls done when nothing of it is left. It waits
	// up to timeout for the peer to receive what was written.
	Stop(timeout time.Duration, done func())
	// CloseNow makes a Stop wait no longer.
	CloseNow()
}

// Bind makes the socket reachable at an endpoint. It fails with ctx's error if ctx
// is done before the endpoint's host has been looked up.
func (s *Socket) Bind(ctx context.Context, to string) error {
	s.mustBeOpened()
	ep, err := parse(to, endpoint.Endpoint.CheckBind)
	if err != nil {
		return err
	}
	return s.bind(ctx, ep)
}

// Connect connects the socket to an endpoint. It returns at once. The connection
// is made in the background, and made again when it is lost, until the endpoint is
// disconnected. Connect does nothing if the type connects only once to an endpoint,
// and is connected or bound to it.
func (s *Socket) Connect(to string) error {
	s.mustBeOpened()
	ep, err := parse(to, endpoint.Endpoint.CheckConnect)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return pattern.ErrClosed
	}
	return s.connectLocked(ep)
}

// Unbind ends one Bind. Peers that are connected stay connected, except over
// inproc.
func (s *Socket) Unbind(from string) error { return s.closeEndpoints(from, s.unbindLocked) }

// Disconnect ends every connection that Connect has made to the endpoint. Queued
// messages are still sent for as long as the linger allows.
func (s *Socket) Disconnect(from string) error { return s.closeEndpoints(from, s.disconnectLocked) }

// LastEndpoint is the endpoint that was last bound or connected to, with
// wildcards replaced by what the system picked.
func (s *Socket) LastEndpoint() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}

// parse parses an endpoint, and checks that it fits the call. Its error is the
// reason alone, without the endpoint.
func parse(s string, check func(endpoint.Endpoint) error) (endpoint.Endpoint, error) {
	ep, err := endpoint.Parse(s)
	if err == nil {
		err = check(ep)
	}
	var bad *endpoint.Error
	if errors.As(err, &bad) {
		return ep, errors.New(bad.Reason)
	}
	return ep, err
}

// bind binds without holding the socket's lock, because looking up a name or
// using a file system may take long.
func (s *Socket) bind(ctx context.Context, ep endpoint.Endpoint) error {
	if s.opening.Err() != nil {
		return pattern.ErrClosed
	}
	if ep.Transport == endpoint.Inproc {
		return s.bindInproc(ep)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.opening, cancel)()
	now := s.settings.Load()
	at, err := now.endpoint(ep)
	if err != nil {
		return err
	}
	l, err := session.Listen(ctx, &now.session, at, &s.accepted)
	if err != nil {
		if s.opening.Err() != nil {
			return pattern.ErrClosed
		}
		return err
	}
	actual, _ := endpoint.Parse(l.Endpoint()) // a transport writes what Parse accepts
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		l.Abandon()
		return pattern.ErrClosed
	}
	l.Start()
	s.last = l.Endpoint()
	s.bound = append(s.bound, &bound{given: ep, actual: actual, listener: l})
	return nil
}

// bindInproc binds a name of the context.
func (s *Socket) bindInproc(ep endpoint.Endpoint) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return pattern.ErrClosed
	}
	b, err := s.ctx.names.Bind(ep.Name, s.member())
	if err != nil {
		return err
	}
	s.last = ep.String()
	s.bound = append(s.bound, &bound{given: ep, actual: ep, listener: inprocListener{b}})
	return nil
}

func (s *Socket) connectLocked(ep endpoint.Endpoint) error {
	if ep.Transport == endpoint.Inproc {
		c, err := s.ctx.names.Connect(ep.Name, s.member())
		if err != nil {
			return err
		}
		s.last = ep.String()
		s.connected = append(s.connected, &connected{to: ep, connection: inprocConnection{c}})
		return nil
	}
	if pattern.TypeOf(s.typ).ConnectOnce && s.hasEndpointLocked(ep) {
		return nil
	}
	now := s.settings.Load()
	to, err := now.endpoint(ep)
	if err != nil {
		return err
	}
	d, err := session.Dial(&now.session, to)
	if err != nil {
		return err
	}
	s.last = ep.String()
	s.connected = append(s.connected, &connected{to: ep, connection: d})
	return nil
}

// hasEndpointLocked reports whether the socket is connected or bound to the endpoint. A
// connection that was given up does not count: Connect starts it again.
func (s *Socket) hasEndpointLocked(ep endpoint.Endpoint) bool {
	return slices.ContainsFunc(s.connected, func(c *connected) bool { return c.to == ep && c.Status().State != session.StateGivenUp }) ||
		slices.ContainsFunc(s.bound, func(b *bound) bool { return b.actual == ep })
}

// member is the socket as its inproc peers see it.
func (s *Socket) member() inproc.Member {
	return inproc.Member{Host: s.pattern, Type: s.typ, Options: s.Resolved(), Refused: s.refusedInproc}
}

// refusedInproc logs that a binding does not accept this socket. It is called
// with locks held, which is safe because the logger only queues the record.
func (s *Socket) refusedInproc(name string, why error) {
	if s.ctx.config.Logger != nil {
		s.ctx.config.Logger.Warn("zmq: refused, waiting for another bind",
			"socket", s.typ.String(), "endpoint", endpoint.Inproc+"://"+name, "cause", why)
	}
}

// inprocListener is a bound name as a listener.
type inprocListener struct{ *inproc.Binding }

func (l inprocListener) Status() session.Status {
	refusals, why := l.Refused()
	return session.Status{State: session.StateListening, Err: why, Failures: refusals}
}

func (l inprocListener) Stop(done func()) {
	l.Unbind()
	done()
}

// inprocConnection is a connection over inproc. Nothing of it is left when its
// Disconnect returns.
type inprocConnection struct{ *inproc.Connection }

func (c inprocConnection) Status() session.Status {
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

func (c inprocConnection) Stop(_ time.Duration, done func()) {
	c.Disconnect()
	done()
}

func (inprocConnection) CloseNow() {}

// closeEndpoints removes endpoints with removeLocked, and waits until nothing of
// them is left.
func (s *Socket) closeEndpoints(from string, removeLocked func(endpoint.Endpoint) (stops []func(done func()), err error)) error {
	s.mustBeOpened()
	ep, err := parse(from, func(endpoint.Endpoint) error { return nil })
	if err != nil {
		return err
	}
	stops, done, err := s.removeEndpoints(ep, removeLocked)
	if err != nil {
		return err
	}
	s.stopAll(stops)
	close(done)
	s.mu.Lock()
	s.endpointCalls = slices.DeleteFunc(s.endpointCalls, func(c chan struct{}) bool { return c == done })
	s.mu.Unlock()
	return nil
}

// removeEndpoints calls removeLocked, if endpoints can be closed now. The caller
// closes done when they are.
func (s *Socket) removeEndpoints(ep endpoint.Endpoint, removeLocked func(endpoint.Endpoint) ([]func(func()), error)) (stops []func(func()), done chan struct{}, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return nil, nil, pattern.ErrClosed
	}
	if err := s.ctx.checkCanWait(); err != nil {
		return nil, nil, err
	}
	if stops, err = removeLocked(ep); err != nil {
		return nil, nil, err
	}
	done = make(chan struct{})
	s.endpointCalls = append(s.endpointCalls, done)
	return stops, done, nil
}

func (s *Socket) unbindLocked(ep endpoint.Endpoint) ([]func(func()), error) {
	for i, b := range s.bound {
		if b.given == ep || b.actual == ep {
			s.bound = slices.Delete(s.bound, i, i+1)
			return []func(func()){b.Stop}, nil
		}
	}
	return nil, ErrNotBound
}

func (s *Socket) disconnectLocked(ep endpoint.Endpoint) (stops []func(func()), err error) {
	found := false
	s.connected = slices.DeleteFunc(s.connected, func(c *connected) bool {
		if c.to != ep {
			return false
		}
		found = true
		if s.needsLinger(c) {
			s.lingerLocked(c)
			return true
		}
		stops = append(stops, func(done func()) { c.Stop(0, done) })
		return true
	})
	if !found {
		return nil, ErrNotConnected
	}
	return stops, nil
}
