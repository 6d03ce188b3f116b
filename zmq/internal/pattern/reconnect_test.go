package pattern_test

import (
	"fmt"
	"testing"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pattern"
	"github.com/actum-go/actum/zmq/internal/pipe"
)

// connection is the part of an engine for one connection of a peer.
type connection struct {
	s    *pattern.Socket
	peer *pipe.Peer
	box  *pipe.Inbox
	in   *pipe.In
}

// connect connects a peer, again if it was connected before.
func connect(t *testing.T, s *pattern.Socket, p *pipe.Peer, id string) *connection {
	t.Helper()
	c := &connection{s: s, peer: p, box: pipe.NewInbox(pattern.OptionsOf(s).RecvLimits, func() {})}
	c.in = s.NewIn(c.box)
	c.in.Peer = p
	c.box.Open(c.in)
	if err := s.Connected(p, c.in, []byte(id)); err != nil {
		t.Fatal(err)
	}
	return c
}

// come delivers messages, all in one batch.
func (c *connection) come(all ...string) {
	b := batchOf(all...)
	c.box.Put(b)
}

// end ends the connection. Messages that have come can still be received.
func (c *connection) end() {
	c.box.Close()
	c.s.Disconnected(c.peer)
}

// Messages of a peer that has connected again are received in the order in
// which it sent them, whatever others send meanwhile.
func TestOrderAcrossAReconnect(t *testing.T) {
	for name, s := range map[string]*pattern.Socket{
		"PULL": pattern.NewPull(defaults()), "DEALER": pattern.NewDealer(defaults()), "PAIR": pattern.NewPair(defaults()),
	} {
		t.Run(name, func(t *testing.T) {
			p := attached(t, s)
			first := connect(t, s, p, "")
			first.come("1", "2")
			expect(t, s, "1")
			first.come("3")
			first.end()
			second := connect(t, s, p, "")
			second.come("4")
			second.end()
			third := connect(t, s, p, "")
			third.come("5", "6")
			if name != "PAIR" {
				other := peer(s)
				_ = s.Attach(other)
				connect(t, s, other, "").come("other")
				expect(t, s, "other") // its turn
			}
			for i := range 5 {
				expect(t, s, fmt.Sprint(i+2))
			}
			expectNothing(t, s)
			third.come("7")
			expect(t, s, "7")
			third.end()
			connect(t, s, p, "").come("8")
			expect(t, s, "8")
		})
	}
}

// A PAIR receives all messages of one peer before those of the next.
func TestPairReceivesPeerByPeer(t *testing.T) {
	s := pattern.NewPair(defaults())
	for _, name := range []string{"a", "b", "c"} {
		p := attached(t, s)
		c := connect(t, s, p, "")
		c.come(name+"1", name+"2")
		c.come(name + "3")
		if name == "a" {
			expect(t, s, "a1")
		}
		c.end()
		s.Detach(p, true)
	}
	for _, want := range []string{"a2", "a3", "b1", "b2", "b3", "c1", "c2", "c3"} {
		expect(t, s, want)
	}
	expectNothing(t, s)
}

// A message has the routing id that its sender had when it came, also when
// another peer has taken that id since.
func TestHandoverKeepsTheIDsOfWhatHasCome(t *testing.T) {
	o := defaults()
	o.Options.RouterHandover = true
	for name, hangUp := range map[string]func(){"hung up on": func() {}, "over inproc": nil} {
		t.Run(name, func(t *testing.T) {
			s := pattern.NewRouter(o)
			old, next := peer(s), peer(s)
			old.HangUp = hangUp
			a := connect(t, s, old, "same")
			a.come("1", "2")
			a.come("3", "4")
			expect(t, s, "same", "1")
			b := connect(t, s, next, "same")
			a.come("5")
			b.come("from the next")
			under := map[string]string{}
			for range 5 {
				m, err := s.TryRecv()
				if err != nil {
					t.Fatal(err)
				}
				under[string(m.Frame(1))] = string(m.Frame(0))
			}
			for _, text := range []string{"2", "3", "4", "from the next"} {
				if under[text] != "same" {
					t.Errorf("%q came under the id %q", text, under[text])
				}
			}
			if id := under["5"]; len(id) != 5 || id[0] != 0 {
				t.Errorf("the old peer's later message came under the id %q", id)
			}
			send(t, s, under["5"], "back")
			if n, _ := old.Out.Queued(); n != 1 {
				t.Errorf("%d messages queued for the old peer", n)
			}
		})
	}
}

// A peer that connects again with another id does not change the id of its
// earlier messages.
func TestReconnectUnderAnotherName(t *testing.T) {
	s := pattern.NewRouter(defaults())
	p := peer(s)
	c := connect(t, s, p, "one")
	c.come("1", "2")
	expect(t, s, "one", "1")
	c.end()
	connect(t, s, p, "two").come("3")
	expect(t, s, "one", "2")
	expect(t, s, "two", "3")
}

// Over inproc messages that wait in the sender's pipe have come, too.
func TestHandoverOverInproc(t *testing.T) {
	o := defaults()
	o.Options.RouterHandover = true
	s, first, second := pattern.NewRouter(o), pattern.NewDealer(defaults()), pattern.NewDealer(defaults())
	join(t, first, s, "same")
	send(t, first, "1")
	send(t, first, "2")
	join(t, second, s, "same")
	send(t, first, "3")
	expect(t, s, "same", "1")
	expect(t, s, "same", "2")
	m, err := s.TryRecv()
	if err != nil || string(m.Frame(1)) != "3" || m.Frame(0)[0] != 0 {
		t.Fatalf("%q, %v", m.Frames(), err)
	}
}

// batchOf frames messages of one frame each.
func batchOf(all ...string) (b message.Batch) {
	for _, text := range all {
		b.Append(msg(text), message.GatherMin)
	}
	return b
}
