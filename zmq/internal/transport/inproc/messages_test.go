package inproc_test

import (
	"errors"
	"testing"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/transport/inproc"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// put queues messages of one byte for a peer until its pipe is full, and returns
// their number.
func (h *host) put(p *pipe.Peer) (n int) {
	h.mu.Lock()
	for ; !p.Out.Full(); n++ {
		p.Out.Put(message.Single([]byte("x")))
	}
	c := p.Out.Activate()
	h.mu.Unlock()
	if c != nil {
		c.Wake(false)
	}
	return n
}

// take receives all messages from the peer that was connected last, and returns
// their number.
func (h *host) take() (n int) {
	for _, ok := h.in.Next(); ok; _, ok = h.in.Next() {
		n++
	}
	return n
}

// marked is a member with high-water marks in messages.
func marked(h *host, send, receive int) inproc.Member {
	h.send, h.receive = pipe.Limits{Msgs: send}, pipe.Limits{Msgs: receive}
	return member(h, wire.PAIR, "")
}

// Messages that were sent before the name was bound are received when it is. In each
// direction as many wait as the marks of both sides allow together. What is not
// received when the name is unbound waits for the next socket to bind it.
func TestMessages(t *testing.T) {
	var names inproc.Registry
	a, b, next := &host{}, &host{}, &host{}
	connection, err := names.Connect("n", marked(b, 2, 3))
	check(t, err)
	if n := b.put(connection.Peer()); n != 2 {
		t.Errorf("%d messages wait for the name, want 2", n)
	}
	binding, err := names.Bind("n", marked(a, 5, 7))
	check(t, err)
	if a.in.Peer != a.peer || b.in.Peer != b.peer || b.peer != connection.Peer() || a.peer.Out.Peer != a.peer {
		t.Error("the pipes have other peers")
	}
	if a.readable != 1 {
		t.Errorf("the binding was notified of messages %d times, want once", a.readable)
	}
	if n := b.put(b.peer); n != 7 {
		t.Errorf("%d more messages wait for the binding, want 7", n)
	}
	if n := a.take(); n != 9 {
		t.Errorf("the binding has received %d messages, want 9", n)
	}
	before := a.readable
	if n := b.put(b.peer); n == 0 || a.readable != before+1 {
		t.Errorf("the binding was notified of %d more messages %d times, want once", n, a.readable-before)
	}
	a.take()
	b.take()
	before = b.readable
	if n, queued := a.put(a.peer), binding.Queued(); n != 8 || queued != 8 {
		t.Errorf("%d messages wait for the connecting socket, %d by Queued, want 8", n, queued)
	}
	if n := b.take(); n != 8 || b.readable != before+1 {
		t.Errorf("the connecting socket has received %d messages, want 8, and was notified %d times, want once", n, b.readable-before)
	}
	waiting := b.put(b.peer)
	binding.Unbind()
	binding, err = names.Bind("n", marked(next, 1, 1))
	check(t, err)
	if n := next.take(); n != waiting {
		t.Errorf("the next binding has received %d messages, want %d", n, waiting)
	}
	connection.Disconnect()
	binding.Unbind()
}

// A socket that has unbound a name is not notified of the messages that follow.
func TestUnbindEndsNotifications(t *testing.T) {
	var names inproc.Registry
	a, b := &host{}, &host{}
	connection, err := names.Connect("n", marked(b, 1, 1))
	check(t, err)
	binding, err := names.Bind("n", marked(a, 1, 1))
	check(t, err)
	a.take()
	binding.Unbind()
	before := a.readable
	if n := b.put(connection.Peer()); n == 0 || a.readable != before {
		t.Errorf("notified of %d messages, %d times", n, a.readable-before)
	}
	connection.Disconnect()
}

// A message that waits for a name is delivered when the connection is joined, and no
// message is needed for that.
func TestWhenDeliveredToABinding(t *testing.T) {
	var names inproc.Registry
	a, b, delivered := &host{}, &host{}, 0
	connection, err := names.Connect("n", marked(b, 1, 1))
	check(t, err)
	b.put(connection.Peer())
	connection.WhenDelivered(func() { delivered++ })
	if delivered != 0 {
		t.Error("delivered although a message waits")
	}
	binding, err := names.Bind("n", marked(a, 1, 1))
	check(t, err)
	if delivered == 0 {
		t.Error("not delivered although the name is bound")
	}
	delivered = 0
	if connection.WhenDelivered(func() { delivered++ }); delivered == 0 || b.put(b.peer) == 0 {
		t.Error("not delivered although the binding has the message")
	}
	delivered = 0
	if connection.WhenDelivered(func() { delivered++ }); delivered == 0 {
		t.Error("not delivered although the binding has the messages")
	}
	connection.Disconnect()
	binding.Unbind()
}

// A message that waits for a name is lost, and no more waited for, once no name will be
// bound any more.
func TestWhenDeliveredAfterClose(t *testing.T) {
	var names inproc.Registry
	b, delivered := &host{}, 0
	connection, err := names.Connect("n", marked(b, 1, 1))
	check(t, err)
	b.put(connection.Peer())
	names.Close()
	if connection.WhenDelivered(func() { delivered++ }); delivered == 0 {
		t.Error("waited for although the registry is closed")
	}
	connection.Disconnect()
}

// A connection that waits for a name, and is refused when it is bound, is tried again
// when a peer leaves, as often as that happens.
func TestRefusedWhenTheNameIsBound(t *testing.T) {
	var names inproc.Registry
	a, b := &host{refuse: errors.New("full")}, &host{}
	connection, err := names.Connect("n", marked(b, 1, 1))
	check(t, err)
	binding, err := names.Bind("n", marked(a, 1, 1))
	check(t, err)
	other, err := names.Bind("other", marked(&host{}, 1, 1))
	check(t, err)
	for n := 1; n <= 3; n++ {
		if _, refusals, _ := connection.State(); refusals != n {
			t.Errorf("refused %d times, want %d", refusals, n)
		}
		leaver, err := names.Connect("other", marked(&host{}, 1, 1))
		check(t, err)
		if n == 2 {
			second, err := names.Connect("n", marked(&host{}, 1, 1))
			check(t, err)
			defer second.Disconnect()
		}
		leaver.Disconnect()
	}
	connection.Disconnect()
	other.Unbind()
	binding.Unbind()
}

// A socket that accepts no peer any more lets a connection wait.
func TestBindingThatAttachesNoPeer(t *testing.T) {
	var names inproc.Registry
	a, b := &host{refuseAttach: errors.New("closed")}, &host{}
	binding, err := names.Bind("n", member(a, wire.PULL, ""))
	check(t, err)
	connection, err := names.Connect("n", member(b, wire.PUSH, ""))
	check(t, err)
	a.expect(t, "the binding", "attach")
	b.expect(t, "the connecting socket", "attach")
	if joined, refusals, why := connection.State(); joined || refusals != 1 || why != a.refuseAttach {
		t.Errorf("joined %v, refused %d times, %v", joined, refusals, why)
	}
	connection.Disconnect()
	b.expect(t, "the connecting socket", "detach, dropped true")
	binding.Unbind()
}

// One of several connections leaves; the others stay.
func TestOneOfSeveralLeaves(t *testing.T) {
	for _, bound := range []bool{true, false} {
		var names inproc.Registry
		a, hosts, all := &host{}, []*host{{}, {}, {}, {}}, []*inproc.Connection(nil)
		var binding *inproc.Binding
		bind := func() {
			var err error
			binding, err = names.Bind("n", member(a, wire.PULL, ""))
			check(t, err)
		}
		if bound {
			bind()
		}
		for _, h := range hosts {
			c, err := names.Connect("n", member(h, wire.PUSH, ""))
			check(t, err)
			all = append(all, c)
		}
		all[1].Disconnect()
		all[3].Disconnect()
		if !bound {
			bind()
		}
		for i, c := range all {
			if joined, _, _ := c.State(); joined != (i%2 == 0) {
				t.Errorf("bound first %v: connection %d is joined: %v", bound, i, joined)
			}
		}
		binding.Unbind()
		for _, i := range []int{0, 2} {
			if joined, _, _ := all[i].State(); joined {
				t.Errorf("connection %d is joined to a socket that has unbound the name", i)
			}
			all[i].Disconnect()
		}
		if n := names.Names(); n != 0 {
			t.Errorf("%d names are left", n)
		}
	}
}
