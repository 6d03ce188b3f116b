// Package inproc joins sockets of one context: the pipe of one is the pipe of
// the other, with no engine, no stream and no copy between.
//
// A name may be connected to before it is bound, and after it was unbound: what
// is sent meanwhile waits. So does who the binding refuses (the second peer of a
// PAIR, the second of a routing id): its turn comes when another one leaves.
package inproc

import (
	"errors"
	"fmt"
	"sync"

	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/wire"
)

var (
	// ErrNameTaken means that another socket has bound the name.
	ErrNameTaken = errors.New("another socket of the context has bound that name: unbind that first, or use another name")
	// ErrIncompatible means that the two socket types do not go together.
	ErrIncompatible = wire.ErrIncompatible
)

// Host is a socket as this package sees it.
type Host interface {
	NewOut() *pipe.Out
	NewIn(source pipe.Source) *pipe.In
	RecvLimits() pipe.Limits
	Attach(p *pipe.Peer) error
	Connected(p *pipe.Peer, in *pipe.In, routingID []byte) error
	Disconnected(p *pipe.Peer)
	Detached(p *pipe.Peer)
	StopNotify(p *pipe.Peer)
	Detach(p *pipe.Peer, dropped bool)
}

// Member is a socket with what its peers are told of it.
type Member struct {
	Host
	Type      wire.SocketType
	RoutingID []byte
	// Refused is told, with locks held, of a binding that does not take this socket;
	// nil for nobody.
	Refused func(name string, why error)
}

// Registry is the names of one context.
type Registry struct {
	mu     sync.Mutex
	names  map[string]*name
	closed bool
	// refused is how many may be waiting for names that are bound: it spares those
	// who leave a look at all names.
	refused int
}

// name is what is known of one name.
type name struct {
	bound   *Binding
	waiting []*Connection
}

// Binding is a bound name.
type Binding struct {
	registry *Registry
	name     string
	member   Member
	joined   []*Connection

	refused  error // why it, or who connected, did not take the other last
	refusals int   // how many who connected were refused at least once
}

// Connection is a connection to a name, joined to its binding or waiting for
// one.
type Connection struct {
	registry *Registry
	name     string
	member   Member
	peer     *pipe.Peer // the binding, as the connecting socket sees it
	binding  *Binding   // nil while it waits
	far      *pipe.Peer // the connecting socket, as the binding sees it

	delivered func() // to be called when it is joined; nil for nobody
	refused   error  // why the binding did not take it last
	refusals  int    // how often, since it was joined last
}

// Bind takes a name; those who wait for it are joined.
func (r *Registry) Bind(to string, m Member) (*Binding, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := r.name(to)
	if n.bound != nil {
		return nil, ErrNameTaken
	}
	b := &Binding{registry: r, name: to, member: m}
	n.bound = b
	n.admit()
	r.refused += len(n.waiting)
	return b, nil
}

// admit joins those who wait for a name that is bound, as far as the binding
// takes them.
func (n *name) admit() {
	waiting := n.waiting
	n.waiting = nil
	for _, c := range waiting {
		if c.join(n.bound) != nil {
			n.waiting = append(n.waiting, c) // its turn comes, or another binding does
		}
	}
}

// admitRefused lets those try again who were refused: somebody has left.
func (r *Registry) admitRefused() {
	if r.refused == 0 {
		return
	}
	r.refused = 0
	for _, n := range r.names {
		if n.bound != nil && len(n.waiting) > 0 {
			n.admit()
			r.refused += len(n.waiting)
		}
	}
}

// Connect joins the socket to whoever has bound the name, or will, or will take
// it.
func (r *Registry) Connect(to string, m Member) (*Connection, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := r.name(to)
	c := &Connection{registry: r, name: to, member: m}
	if n.bound != nil {
		if err := compatible(m, n.bound.member); err != nil {
			n.bound.note(err)
			r.tidy(to)
			return nil, err
		}
	}
	c.peer = &pipe.Peer{Out: m.NewOut(), Endpoint: "inproc://" + to}
	c.peer.Out.Peer = c.peer
	if err := m.Attach(c.peer); err != nil {
		r.tidy(to)
		return nil, err
	}
	if n.bound == nil || c.join(n.bound) != nil {
		n.waiting = append(n.waiting, c)
		r.refused++
	}
	return c, nil
}

// Peer is the binding, as the connecting socket sees it.
func (c *Connection) Peer() *pipe.Peer { return c.peer }

// Close says that no name will be bound any more: nobody need wait for that.
func (r *Registry) Close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	for _, n := range r.names {
		for _, c := range n.waiting {
			if c.delivered != nil {
				c.delivered()
			}
		}
	}
}

// WhenDelivered has f called, with locks held and maybe more than once, as soon
// as nothing waits for somebody to bind the name, and to take this peer: what was
// sent is theirs then, or it is lost because the registry is closed.
func (c *Connection) WhenDelivered(f func()) {
	c.registry.mu.Lock()
	defer c.registry.mu.Unlock()
	if c.binding != nil || c.registry.closed {
		f()
		return
	}
	c.delivered = f
	c.peer.Out.OnDrained(f)
}

func compatible(a, b Member) error {
	if !a.Type.Compatible(b.Type) {
		return fmt.Errorf("%w: %s and %s", ErrIncompatible, a.Type, b.Type)
	}
	return nil
}

// join is tryJoin that notes what came of it.
func (c *Connection) join(b *Binding) error {
	err := c.tryJoin(b)
	if err == nil {
		c.refusals = 0
		return nil
	}
	c.refused = err
	if c.refusals++; c.refusals == 1 {
		b.note(err)
		if c.member.Refused != nil {
			c.member.Refused(c.name, err)
		}
	}
	return err
}

// note keeps why somebody who connected was refused.
func (b *Binding) note(err error) {
	b.refused = err
	b.refusals++
}

// Refused is how many who connected were refused, also those who were let in later,
// and why the last one was.
func (b *Binding) Refused() (refusals int, why error) {
	b.registry.mu.Lock()
	defer b.registry.mu.Unlock()
	return b.refusals, b.refused
}

// State reports whether the connection is joined to a binding, how often one has
// refused it since it was joined last, and why the last one did.
func (c *Connection) State() (joined bool, refusals int, refused error) {
	c.registry.mu.Lock()
	defer c.registry.mu.Unlock()
	return c.binding != nil, c.refusals, c.refused
}

// Queued is how many messages wait to be received by those who have joined.
func (b *Binding) Queued() (n int) {
	b.registry.mu.Lock()
	defer b.registry.mu.Unlock()
	for _, c := range b.joined {
		n += c.far.Out.Pending()
	}
	return n
}

// tryJoin makes each side's outgoing pipe the other's incoming one.
func (c *Connection) tryJoin(b *Binding) error {
	if err := compatible(c.member, b.member); err != nil {
		return err
	}
	far := &pipe.Peer{Out: b.member.NewOut(), Endpoint: "inproc://" + c.name}
	far.Out.Peer = far
	far.Out.Join(c.member.RecvLimits())
	c.peer.Out.Join(b.member.RecvLimits())
	toFar, toNear := b.member.NewIn(c.peer.Out), c.member.NewIn(far.Out)
	toFar.Peer, toNear.Peer = far, c.peer

	if err := b.member.Attach(far); err != nil {
		return err
	}
	if err := b.member.Connected(far, toFar, c.member.RoutingID); err != nil {
		b.member.Detach(far, true)
		return err
	}
	if err := c.member.Connected(c.peer, toNear, b.member.RoutingID); err != nil {
		b.member.Disconnected(far)
		b.member.Detach(far, true)
		return err
	}
	c.binding, c.far = b, far
	b.joined = append(b.joined, c)
	c.peer.Out.Attach(toFar, true)
	far.Out.Attach(toNear, true)
	toFar.Ready()
	toNear.Ready()
	if c.delivered != nil {
		c.delivered()
	}
	return nil
}

// part takes the two sides of a joined connection apart. What the connecting
// side sent and the binding has not taken stays with the connecting side if that
// lives on.
func (c *Connection) part() {
	b, far := c.binding, c.far
	c.binding, c.far = nil, nil
	for i, x := range b.joined {
		if x == c {
			b.joined = append(b.joined[:i], b.joined[i+1:]...)
			break
		}
	}
	c.member.Disconnected(c.peer)
	b.member.Disconnected(far)
}

// Unbind gives the name back. Those who were joined to it wait for the next to
// bind it.
func (b *Binding) Unbind() {
	r := b.registry
	r.mu.Lock()
	defer r.mu.Unlock()
	n := r.name(b.name)
	n.bound = nil
	for len(b.joined) > 0 {
		c := b.joined[0]
		far := c.far
		b.member.Detached(far)
		c.peer.Out.Detach(nil)
		c.part()
		b.member.Detach(far, false)
		n.waiting = append(n.waiting, c)
	}
	r.admitRefused()
	r.tidy(b.name)
}

// Disconnect ends a connection. What was sent over it and waits for somebody to
// bind the name is dropped and counted; what is joined to a binding is still
// received there.
func (c *Connection) Disconnect() {
	r := c.registry
	r.mu.Lock()
	defer r.mu.Unlock()
	if b, far := c.binding, c.far; b != nil {
		c.member.StopNotify(c.peer) // far takes what it was sent
		c.part()
		c.member.Detach(c.peer, false)
		b.member.Detach(far, true)
		r.admitRefused()
		return
	}
	n := r.name(c.name)
	for i, x := range n.waiting {
		if x == c {
			n.waiting = append(n.waiting[:i], n.waiting[i+1:]...)
			break
		}
	}
	c.member.Detach(c.peer, true)
	r.tidy(c.name)
}

// name returns the entry of a name, a new one if it has none.
func (r *Registry) name(to string) *name {
	n := r.names[to]
	if n == nil {
		if r.names == nil {
			r.names = map[string]*name{}
		}
		n = &name{}
		r.names[to] = n
	}
	return n
}

// tidy forgets a name that nobody uses.
func (r *Registry) tidy(of string) {
	if n := r.names[of]; n != nil && n.bound == nil && len(n.waiting) == 0 {
		delete(r.names, of)
	}
}
