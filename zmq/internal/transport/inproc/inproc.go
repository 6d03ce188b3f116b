// Package inproc joins sockets of one context: one socket's outgoing pipe is the
// other's incoming pipe, without an engine, a stream or a copy in between.
//
// A name may be connected to before it is bound, and after it was unbound:
// messages sent meanwhile wait. A connection that the binding refuses also waits
// (the second peer of a PAIR, the second peer with a routing id): it is tried
// again when another peer leaves.
package inproc

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/wire"
)

var (
	// ErrNameTaken means that another socket has bound the name.
	ErrNameTaken = errors.New("another socket of the context has bound that name: unbind that first, or use another name")
	// ErrIncompatible means that the two socket types cannot be connected.
	ErrIncompatible = wire.ErrIncompatible
)

// Host is a socket as this package uses it.
type Host interface {
	NewOut() *pipe.Out
	NewIn(source pipe.Source) *pipe.In
	Attach(p *pipe.Peer) error
	Connected(p *pipe.Peer, in *pipe.In, routingID []byte) error
	LimitRecv(p *pipe.Peer)
	Disconnected(p *pipe.Peer)
	Detached(p *pipe.Peer)
	StopNotify(p *pipe.Peer)
	Detach(p *pipe.Peer, dropped bool)
}

// Member is a socket with what its peers learn about it.
type Member struct {
	Host
	Type    wire.SocketType
	Options *option.Resolved // when it was bound or connected
	// Refused is called, with locks held, when a binding refuses this socket; it
	// may be nil.
	Refused func(name string, why error)
}

// newPeer makes a peer of the member at a name.
func (m *Member) newPeer(name string) *pipe.Peer {
	p := &pipe.Peer{Out: m.NewOut(), Endpoint: "inproc://" + name, Immediate: m.Options.Immediate}
	p.Out.Peer = p
	return p
}

// Registry holds the names of one context.
type Registry struct {
	mu     sync.Mutex
	names  map[string]*name
	closed bool
	// refused is an upper bound on the connections that wait for names that are
	// bound. While it is 0, a peer that leaves need not search all names.
	refused int
}

// name is the state of one name.
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

	refused  error // why this side or the connecting side last refused the other
	refusals int   // connections that were refused at least once
}

// Connection is a connection to a name. It is joined to a binding, or waits for one.
type Connection struct {
	registry *Registry
	name     string
	member   Member
	peer     *pipe.Peer // the binding, as the connecting socket sees it
	binding  *Binding   // nil while it waits
	far      *pipe.Peer // the connecting socket, as the binding sees it

	onDelivered func() // called when the connection is joined; nil for none
	refused     error  // why a binding last refused it
	refusals    int    // refusals since it was last joined
}

// Bind binds a name, and joins the connections that wait for it.
func (r *Registry) Bind(to string, m Member) (*Binding, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := r.name(to)
	if n.bound != nil {
		return nil, ErrNameTaken
	}
	b := &Binding{registry: r, name: to, member: m}
	n.bound = b
	n.joinWaiting()
	r.refused += len(n.waiting)
	return b, nil
}

// joinWaiting joins the connections that wait for a name that is bound, as far as
// the binding accepts them.
func (n *name) joinWaiting() {
	waiting := n.waiting
	n.waiting = nil
	for _, c := range waiting {
		if c.join(n.bound) != nil {
			n.waiting = append(n.waiting, c) // until a peer leaves, or another socket binds
		}
	}
}

// retryRefused tries refused connections again after a peer has left.
func (r *Registry) retryRefused() {
	if r.refused == 0 {
		return
	}
	var left int
	for _, n := range r.names {
		if n.bound != nil && len(n.waiting) > 0 {
			n.joinWaiting()
			left += len(n.waiting)
		}
	}
	r.refused = left
}

// Connect connects the socket to a name. The connection is joined now if the name
// is bound and the binding accepts it, and otherwise later.
func (r *Registry) Connect(to string, m Member) (*Connection, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := r.name(to)
	c := &Connection{registry: r, name: to, member: m}
	if n.bound != nil {
		if err := compatible(m, n.bound.member); err != nil {
			n.bound.noteRefusal(err)
			r.removeUnused(to)
			return nil, err
		}
	}
	c.peer = m.newPeer(to)
	if err := m.Attach(c.peer); err != nil {
		r.removeUnused(to)
		return nil, err
	}
	if n.bound == nil || c.join(n.bound) != nil {
		n.waiting = append(n.waiting, c)
		r.refused++
	}
	return c, nil
}

// Peer is the binding as the connecting socket sees it.
func (c *Connection) Peer() *pipe.Peer { return c.peer }

// Close declares that no name will be bound any more, and ends the waits for
// that.
func (r *Registry) Close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	for _, n := range r.names {
		for _, c := range n.waiting {
			if c.onDelivered != nil {
				c.onDelivered()
			}
		}
	}
}

// WhenDelivered calls f as soon as no message waits for a socket to bind the name
// and accept this peer: the peer has what was sent, or it is lost because the
// registry is closed. f is called with locks held, and maybe more than once.
func (c *Connection) WhenDelivered(f func()) {
	c.registry.mu.Lock()
	defer c.registry.mu.Unlock()
	if c.binding != nil || c.registry.closed {
		f()
	} else {
		c.onDelivered = f
		c.peer.Out.OnDrained(f)
	}
}

func compatible(a, b Member) error {
	if !a.Type.Compatible(b.Type) {
		return fmt.Errorf("%w: %s and %s", ErrIncompatible, a.Type, b.Type)
	}
	return nil
}

// join is tryJoin, and records a refusal.
func (c *Connection) join(b *Binding) error {
	err := c.tryJoin(b)
	if err == nil {
		c.refusals = 0
		return nil
	}
	c.refused = err
	if c.refusals++; c.refusals == 1 {
		b.noteRefusal(err)
		if c.member.Refused != nil {
			c.member.Refused(c.name, err)
		}
	}
	return err
}

// noteRefusal records why a connection was refused.
func (b *Binding) noteRefusal(err error) {
	b.refused = err
	b.refusals++
}

// Refused returns the number of connections that were refused, including those
// that were accepted later, and why the last one was.
func (b *Binding) Refused() (refusals int, why error) {
	b.registry.mu.Lock()
	defer b.registry.mu.Unlock()
	return b.refusals, b.refused
}

// State reports whether the connection is joined to a binding, how often one has
// refused it since it was last joined, and why the last one did.
func (c *Connection) State() (joined bool, refusals int, refused error) {
	c.registry.mu.Lock()
	defer c.registry.mu.Unlock()
	return c.binding != nil, c.refusals, c.refused
}

// Queued is the number of messages that wait to be received by joined peers.
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
	far := b.member.newPeer(c.name)
	toFar, toNear := b.member.NewIn(c.peer.Out), c.member.NewIn(far.Out)
	toFar.Peer, toNear.Peer = far, c.peer

	if err := b.member.Attach(far); err != nil {
		return err
	}
	if err := b.member.Connected(far, toFar, c.member.Options.RoutingID); err != nil {
		b.member.Detach(far, true)
		return err
	}
	if err := c.member.Connected(c.peer, toNear, b.member.Options.RoutingID); err != nil {
		b.member.Disconnected(far)
		b.member.Detach(far, true)
		return err
	}
	b.member.LimitRecv(far) // each Out has both sides' marks now
	c.member.LimitRecv(c.peer)
	c.binding, c.far = b, far
	b.joined = append(b.joined, c)
	c.peer.Out.Attach(toFar, true)
	far.Out.Attach(toNear, true)
	toFar.Ready()
	toNear.Ready()
	if c.onDelivered != nil {
		c.onDelivered()
	}
	return nil
}

// separate separates the two sides of a joined connection. Messages that the
// connecting side sent and the binding has not taken stay with the connecting
// side if it continues.
func (c *Connection) separate() {
	b, far := c.binding, c.far
	c.binding, c.far = nil, nil
	b.joined = without(b.joined, c)
	c.member.Disconnected(c.peer)
	b.member.Disconnected(far)
}

// without removes c from the list, which it changes.
func without(list []*Connection, c *Connection) []*Connection {
	return slices.DeleteFunc(list, func(x *Connection) bool { return x == c })
}

// Unbind releases the name. The connections that were joined wait for the next
// socket to bind it.
func (b *Binding) Unbind() {
	r := b.registry
	r.mu.Lock()
	defer r.mu.Unlock()
	n := r.name(b.name)
	n.bound = nil
	for len(b.joined) > 0 {
		c := b.joined[0]
		far := c.far
		b.member.StopNotify(far) // c still receives what was sent
		b.member.Detached(far)
		c.peer.Out.Detach(nil)
		c.separate()
		b.member.Detach(far, false)
		n.waiting = append(n.waiting, c)
	}
	r.retryRefused()
	r.removeUnused(b.name)
}

// Disconnect ends a connection. Messages that wait for a socket to bind the name
// are dropped and counted; a binding that is joined still receives its messages.
func (c *Connection) Disconnect() {
	r := c.registry
	r.mu.Lock()
	defer r.mu.Unlock()
	if b, far := c.binding, c.far; b != nil {
		c.member.StopNotify(c.peer) // far still receives what was sent
		c.separate()
		c.member.Detach(c.peer, false)
		b.member.Detach(far, true)
		r.retryRefused()
		return
	}
	n := r.name(c.name)
	n.waiting = without(n.waiting, c)
	c.member.Detach(c.peer, true)
	r.removeUnused(c.name)
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

// removeUnused removes a name that is neither bound nor waited for.
func (r *Registry) removeUnused(of string) {
	if n := r.names[of]; n != nil && n.bound == nil && len(n.waiting) == 0 {
		delete(r.names, of)
	}
}
