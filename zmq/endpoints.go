package zmq

import (
	"errors"
	"time"

	"github.com/actum-go/actum/zmq/internal/endpoint"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/session"
	"github.com/actum-go/actum/zmq/internal/transport"
	"github.com/actum-go/actum/zmq/internal/transport/inproc"
	"github.com/actum-go/actum/zmq/internal/transport/ipc"
	"github.com/actum-go/actum/zmq/internal/transport/tcp"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// transports are those between processes; inproc is apart.
var transports = map[string]transport.Transport{
	endpoint.TCP: tcp.Transport{},
	endpoint.IPC: ipc.Transport{},
}

// bound is one Bind. stop takes it down and calls done
// when nothing of it is left.
type bound struct {
	given, actual endpoint.Endpoint
	stop          func(done func())
}

// connected is one Connect. Its stop may wait for the peer for as long as
// patience says, so that what was written arrives.
type connected struct {
	to   endpoint.Endpoint
	peer *pipe.Peer
	// drained has a function called when nothing has to be waited for any more
	// before the socket is closed.
	drained func(func())
	stop    func(patience time.Duration, done func())
}

// Bind makes the socket reachable at an endpoint: "tcp://host:port", with * for
// all interfaces and for a port of the system's choice, "ipc://path", with * for
// a path that is made up and @name for Linux's abstract names, "inproc://name".
// [Socket.LastEndpoint] says what came of it. A socket may bind many.
func (s *Socket) Bind(to string) error { return s.open("bind", to, s.bind) }

// Connect connects the socket to an endpoint. It returns at once: the connection
// is made, and made again when it is lost, for as long as the endpoint is not
// disconnected. A socket may connect to many.
func (s *Socket) Connect(to string) error { return s.open("connect", to, s.connect) }

// Unbind ends one Bind. Peers that are connected stay, except over inproc.
func (s *Socket) Unbind(from string) error { return s.close("unbind", from, s.unbind) }

// Disconnect ends one Connect. What is queued for the peer is dropped and
// counted.
func (s *Socket) Disconnect(from string) error { return s.close("disconnect", from, s.disconnect) }

// LastEndpoint is what was bound or connected to last, with wildcards replaced
// by what the system picked: others can connect to it.
func (s *Socket) LastEndpoint() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}

// open parses an endpoint and has it opened, unless the socket is closing.
func (s *Socket) open(op, to string, open func(endpoint.Endpoint) error) error {
	ep, err := parse(op, to)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return ErrClosed
	}
	if err := open(ep); err != nil {
		return &EndpointError{Op: op, Endpoint: to, Err: err}
	}
	return nil
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

func (s *Socket) bind(ep endpoint.Endpoint) error {
	if ep.Transport == endpoint.Inproc {
		b, err := s.ctx.names.Bind(ep.Name, s.member())
		if err != nil {
			return err
		}
		s.last = ep.String()
		s.bound = append(s.bound, &bound{given: ep, actual: ep, stop: after(b.Unbind)})
		return nil
	}
	l, err := session.Listen(&s.session, session.Endpoint{Endpoint: ep, Transport: transports[ep.Transport]}, &s.accepted)
	if err != nil {
		return err
	}
	s.last = l.Endpoint()
	actual, err := endpoint.Parse(s.last)
	if err != nil {
		actual = ep
	}
	s.bound = append(s.bound, &bound{given: ep, actual: actual, stop: l.Stop})
	return nil
}

func (s *Socket) connect(ep endpoint.Endpoint) error {
	if ep.Transport == endpoint.Inproc {
		c, err := s.ctx.names.Connect(ep.Name, s.member())
		if err != nil {
			return err
		}
		s.last = ep.String()
		s.connected = append(s.connected, &connected{to: ep, peer: c.Peer(), drained: c.WhenDelivered, stop: func(_ time.Duration, done func()) { after(c.Disconnect)(done) }})
		return nil
	}
	d, err := session.Dial(&s.session, session.Endpoint{Endpoint: ep, Transport: transports[ep.Transport]})
	if err != nil {
		return err
	}
	s.last = ep.String()
	s.connected = append(s.connected, &connected{to: ep, peer: d.Peer(), drained: d.Peer().Out.Drained, stop: d.Stop})
	return nil
}

// member is the socket as inproc peers see it.
func (s *Socket) member() inproc.Member {
	return inproc.Member{Host: s.pattern, Type: wire.SocketType(s.typ), RoutingID: s.opts.RoutingID}
}

// after makes a stop of something that is done when it returns.
func after(stop func()) func(done func()) {
	return func(done func()) {
		stop()
		done()
	}
}

// close takes one endpoint down and waits until nothing of it is left.
func (s *Socket) close(op, from string, find func(endpoint.Endpoint) (stop func(func()), err error)) error {
	ep, err := endpoint.Parse(from)
	if err != nil {
		_, err = parse(op, from)
		return err
	}
	s.mu.Lock()
	if s.closing {
		s.mu.Unlock()
		return ErrClosed
	}
	stop, err := find(ep)
	s.mu.Unlock()
	if err != nil {
		return &EndpointError{Op: op, Endpoint: from, Err: err}
	}
	stopped := make(chan struct{})
	stop(func() { close(stopped) })
	s.ctx.await(stopped)
	return nil
}

func (s *Socket) unbind(ep endpoint.Endpoint) (func(func()), error) {
	for i, b := range s.bound {
		if b.given == ep || b.actual == ep {
			s.bound = append(s.bound[:i], s.bound[i+1:]...)
			return b.stop, nil
		}
	}
	return nil, ErrNotBound
}

func (s *Socket) disconnect(ep endpoint.Endpoint) (func(func()), error) {
	for i, c := range s.connected {
		if c.to == ep {
			s.connected = append(s.connected[:i], s.connected[i+1:]...)
			return func(done func()) { c.stop(0, done) }, nil
		}
	}
	return nil, ErrNotConnected
}
