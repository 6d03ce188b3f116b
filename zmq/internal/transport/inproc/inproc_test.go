package inproc_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/transport/inproc"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// host is a socket that only records the calls of the registry.
type host struct {
	mu        sync.Mutex
	events    []string
	refuse    error
	sent, got pipe.Counter

	refuseAttach error

	peer     *pipe.Peer // that was connected last
	in       *pipe.In   // from it
	readable int        // calls

	send, receive pipe.Limits
}

func (h *host) NewOut() *pipe.Out {
	return pipe.NewOut(&h.mu, h.send, 1<<20, h, &h.sent)
}
func (h *host) NewIn(s pipe.Source) *pipe.In {
	return pipe.NewIn(s, pipe.Limits{}, h, &h.got)
}
func (h *host) Writable(*pipe.Out)      {}
func (h *host) Readable(*pipe.In)       { h.readable++ }
func (h *host) LimitRecv(*pipe.Peer)    { h.in.SetLimits(h.receive) }
func (h *host) Attach(*pipe.Peer) error { return h.note("attach", h.refuseAttach) }
func (h *host) Disconnected(*pipe.Peer) { _ = h.note("disconnected", nil) }
func (h *host) Detached(*pipe.Peer)     { _ = h.note("detached", nil) }
func (h *host) StopNotify(*pipe.Peer)   { _ = h.note("stop notify", nil) }
func (h *host) Detach(_ *pipe.Peer, dropped bool) {
	_ = h.note(fmt.Sprint("detach, dropped ", dropped), nil)
}

func (h *host) Connected(p *pipe.Peer, in *pipe.In, id []byte) error {
	h.peer, h.in = p, in
	return h.note("connected to "+string(id), h.refuse)
}

func (h *host) note(event string, err error) error {
	h.events = append(h.events, event)
	return err
}

// expect checks the calls since the last expect.
func (h *host) expect(t *testing.T, who string, want ...string) {
	t.Helper()
	if !slices.Equal(h.events, want) {
		t.Errorf("%s had the calls %q, want %q", who, h.events, want)
	}
	h.events = nil
}

func member(h *host, typ wire.SocketType, id string) inproc.Member {
	return inproc.Member{Host: h, Type: typ, Options: option.Resolve(&option.Values{RoutingID: []byte(id)})}
}

// Both sides are notified in the order that patterns rely on, independent of
// which comes first.
func TestJoinAndSeparate(t *testing.T) {
	for _, first := range []string{"bind", "connect"} {
		for _, last := range []string{"unbind", "disconnect"} {
			t.Run(first+" first, "+last, func(t *testing.T) {
				var names inproc.Registry
				a, b := &host{}, &host{}
				var binding *inproc.Binding
				bind := func() (err error) {
					binding, err = names.Bind("n", member(a, wire.PULL, "a"))
					return err
				}
				if first == "bind" {
					check(t, bind())
				}
				connection, err := names.Connect("n", member(b, wire.PUSH, "b"))
				check(t, err)
				if first == "connect" {
					b.expect(t, "the waiting socket", "attach")
					b.events = []string{"attach"}
					check(t, bind())
				}
				a.expect(t, "the binding", "attach", "connected to b")
				b.expect(t, "the connecting socket", "attach", "connected to a")
				if last == "unbind" {
					binding.Unbind()
					a.expect(t, "the binding", "stop notify", "detached", "disconnected", "detach, dropped false")
					b.expect(t, "the connecting socket", "disconnected")
					connection.Disconnect()
					b.expect(t, "the connecting socket", "detach, dropped true")
					return
				}
				connection.Disconnect()
				b.expect(t, "the connecting socket", "stop notify", "disconnected", "detach, dropped false")
				a.expect(t, "the binding", "disconnected", "detach, dropped true")
				binding.Unbind()
			})
		}
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestNames(t *testing.T) {
	var names inproc.Registry
	a, b := &host{}, &host{}
	binding, err := names.Bind("n", member(a, wire.PULL, ""))
	check(t, err)
	if _, err := names.Bind("n", member(b, wire.PULL, "")); !errors.Is(err, inproc.ErrNameTaken) {
		t.Errorf("binding a name again: %v", err)
	}
	if _, err := names.Connect("n", member(b, wire.SUB, "")); !errors.Is(err, inproc.ErrIncompatible) {
		t.Errorf("connecting incompatible types: %v", err)
	}
	b.expect(t, "the refused socket")
	binding.Unbind()
	again, err := names.Bind("n", member(b, wire.PULL, ""))
	check(t, err)
	again.Unbind()
}

// A connection that is incompatible with a binding waits for the next one.
func TestWaitForAnother(t *testing.T) {
	var names inproc.Registry
	waiting, wrong, right := &host{}, &host{}, &host{}
	connection, err := names.Connect("n", member(waiting, wire.PUSH, ""))
	check(t, err)
	binding, err := names.Bind("n", member(wrong, wire.PUB, ""))
	check(t, err)
	wrong.expect(t, "the wrong one")
	binding.Unbind()
	binding, err = names.Bind("n", member(right, wire.PULL, ""))
	check(t, err)
	right.expect(t, "the right one", "attach", "connected to ")
	waiting.expect(t, "the waiting socket", "attach", "connected to ")
	connection.Disconnect()
	binding.Unbind()
}

// After a pattern refuses the peer, neither side is notified again until another
// peer leaves: then they try again.
func TestRefused(t *testing.T) {
	full := errors.New("one is enough")
	for _, who := range []string{"binding", "connecting"} {
		t.Run(who, func(t *testing.T) {
			var names inproc.Registry
			a, b := &host{}, &host{}
			if who == "binding" {
				a.refuse = full
			} else {
				b.refuse = full
			}
			binding, err := names.Bind("n", member(a, wire.PAIR, "a"))
			check(t, err)
			connection, err := names.Connect("n", member(b, wire.PAIR, "b"))
			check(t, err)
			if who == "binding" {
				a.expect(t, "the binding", "attach", "connected to b", "detach, dropped true")
				b.expect(t, "the connecting socket", "attach")
			} else {
				a.expect(t, "the binding", "attach", "connected to b", "disconnected", "detach, dropped true")
				b.expect(t, "the connecting socket", "attach", "connected to a")
			}
			a.refuse, b.refuse = nil, nil
			leaver, err := names.Connect("n", member(&host{}, wire.PAIR, ""))
			check(t, err)
			a.expect(t, "the binding", "attach", "connected to ")
			leaver.Disconnect()
			a.expect(t, "the binding", "disconnected", "detach, dropped true", "attach", "connected to b")
			b.expect(t, "the connecting socket", "connected to a")
			connection.Disconnect()
			b.expect(t, "the connecting socket", "stop notify", "disconnected", "detach, dropped false")
			binding.Unbind()
		})
	}
}

// WhenDelivered calls its function when the name is bound, or when no message
// waits.
func TestWhenDelivered(t *testing.T) {
	var names inproc.Registry
	a, b := &host{}, &host{}
	delivered := 0
	connection, err := names.Connect("n", member(b, wire.PUSH, ""))
	check(t, err)
	connection.WhenDelivered(func() { delivered++ })
	if delivered == 0 {
		t.Error("not called although no message waits")
	}
	connection.WhenDelivered(func() { delivered = -1 })
	binding, err := names.Bind("n", member(a, wire.PULL, ""))
	check(t, err)
	if delivered != -1 {
		t.Error("not called when the name was bound")
	}
	connection.WhenDelivered(func() { delivered = -2 })
	if delivered != -2 {
		t.Error("not called although the name is bound")
	}
	connection.Disconnect()
	binding.Unbind()
}

// A name is forgotten when it is neither bound nor waited for.
func TestNamesAreForgotten(t *testing.T) {
	var names inproc.Registry
	expect := func(what string, want int) {
		t.Helper()
		if n := names.Names(); n != want {
			t.Errorf("%s: %d names, want %d", what, n, want)
		}
	}
	binding, err := names.Bind("n", member(&host{}, wire.PULL, ""))
	check(t, err)
	if _, err := names.Connect("n", member(&host{}, wire.SUB, "")); err == nil {
		t.Error("a SUB is connected to a PULL")
	}
	expect("bound", 1)
	binding.Unbind()
	expect("unbound", 0)
	connection, err := names.Connect("n", member(&host{}, wire.PUSH, ""))
	check(t, err)
	other, err := names.Connect("n", member(&host{}, wire.PUSH, ""))
	check(t, err)
	connection.Disconnect()
	expect("one waits", 1)
	binding, err = names.Bind("n", member(&host{}, wire.PULL, ""))
	check(t, err)
	binding.Unbind()
	expect("it waits again", 1)
	other.Disconnect()
	expect("none waits", 0)
	refuses := &host{refuseAttach: errors.New("closed")}
	if _, err := names.Connect("n", member(refuses, wire.PUSH, "")); err != refuses.refuseAttach {
		t.Errorf("connected by a closed socket: %v", err)
	}
	expect("a socket that is closed", 0)
}

// Both sides know how often a connection was refused, and why. The connecting side is
// notified once until it is accepted.
func TestRefusalsAreCounted(t *testing.T) {
	var names inproc.Registry
	a, b := &host{refuse: errors.New("first")}, &host{}
	binding, err := names.Bind("n", member(a, wire.PAIR, ""))
	check(t, err)
	notified := 0
	m := member(b, wire.PAIR, "")
	m.Refused = func(name string, why error) {
		if notified++; name != "n" || why != a.refuse {
			t.Errorf("%s refuses: %v", name, why)
		}
	}
	connection, err := names.Connect("n", m)
	check(t, err)
	state := func(joined bool, refusals, ofBinding int, why error) {
		t.Helper()
		gotJoined, gotRefusals, gotWhy := connection.State()
		if n, last := binding.Refused(); gotJoined != joined || gotRefusals != refusals || gotWhy != why || n != ofBinding || last != why {
			t.Errorf("joined %v, refused %d times, %v; the binding: %d, %v", gotJoined, gotRefusals, gotWhy, n, last)
		}
	}
	leave := func() { // another peer comes and goes
		t.Helper()
		refuse := a.refuse
		a.refuse = nil
		leaver, err := names.Connect("n", member(&host{}, wire.PAIR, ""))
		check(t, err)
		a.refuse = refuse
		leaver.Disconnect()
	}
	first := a.refuse
	state(false, 1, 1, first)
	leave()
	state(false, 2, 1, first)
	a.refuse = nil
	leave()
	state(true, 0, 1, first)
	if notified != 1 {
		t.Errorf("the connecting side was notified %d times", notified)
	}
	if _, err := names.Connect("n", member(&host{}, wire.PUB, "")); err == nil {
		t.Error("a PUB is connected to a PAIR")
	}
	if n, why := binding.Refused(); n != 2 || !errors.Is(why, inproc.ErrIncompatible) {
		t.Errorf("refused %d, the last one: %v", n, why)
	}
	connection.Disconnect()
	binding.Unbind()
}

// A peer that leaves one name lets the connections that wait for others try again, each
// time that one leaves, and with all of a name's.
func TestRefusedElsewhere(t *testing.T) {
	var names inproc.Registry
	full := errors.New("full")
	one, two := &host{}, &host{refuse: full}
	first, err := names.Bind("one", member(one, wire.PULL, ""))
	check(t, err)
	waiting, hosts := []*inproc.Connection{}, []*host{{}, {}}
	for _, h := range hosts {
		c, err := names.Connect("two", member(h, wire.PUSH, ""))
		check(t, err)
		waiting = append(waiting, c)
	}
	unbound, err := names.Connect("three", member(&host{}, wire.PUSH, ""))
	check(t, err)
	second, err := names.Bind("two", member(two, wire.PULL, ""))
	check(t, err)
	tries := func(what string, want int) {
		t.Helper()
		n := 0
		for _, e := range two.events {
			if e == "attach" {
				n++
			}
		}
		if two.events = nil; n != want {
			t.Errorf("%s: %d connections are tried, want %d", what, n, want)
		}
	}
	tries("bound", 2)
	for range 2 {
		leaver, err := names.Connect("one", member(&host{}, wire.PUSH, ""))
		check(t, err)
		leaver.Disconnect()
		tries("a peer of another name has left", 2)
	}
	two.refuse = nil
	first.Unbind()
	tries("another name is unbound", 2)
	for _, c := range waiting {
		if joined, _, _ := c.State(); !joined {
			t.Error("a connection still waits")
		}
	}
	waiting[0].Disconnect()
	waiting[1].Disconnect()
	tries("none waits", 0)
	unbound.Disconnect()
	second.Unbind()
	if n := names.Names(); n != 0 {
		t.Errorf("%d names are left", n)
	}
}

// Close ends the waits for names that are not bound.
func TestCloseEndsWaits(t *testing.T) {
	var names inproc.Registry
	connection, err := names.Connect("n", member(&host{}, wire.PUSH, ""))
	check(t, err)
	silent, err := names.Connect("n", member(&host{}, wire.PUSH, ""))
	check(t, err)
	delivered := 0
	connection.WhenDelivered(func() { delivered++ })
	before := delivered
	names.Close()
	if delivered != before+1 {
		t.Errorf("called %d times by Close", delivered-before)
	}
	connection.WhenDelivered(func() { delivered = -1 })
	if delivered != -1 {
		t.Error("not called after Close")
	}
	connection.Disconnect()
	silent.Disconnect()
}

// The two sides know the endpoint, and each other's pipes.
func TestPeers(t *testing.T) {
	var names inproc.Registry
	binding, err := names.Bind("n", member(&host{}, wire.PULL, ""))
	check(t, err)
	for range 3 {
		c, err := names.Connect("n", member(&host{}, wire.PUSH, ""))
		check(t, err)
		defer c.Disconnect()
		if p := c.Peer(); p.Endpoint != "inproc://n" || p.Out == nil || p.Out.Peer != p {
			t.Errorf("the peer is %+v", p)
		}
	}
	if n := binding.Queued(); n != 0 {
		t.Errorf("%d messages are queued", n)
	}
	binding.Unbind()
}
