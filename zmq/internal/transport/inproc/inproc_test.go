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
}

func (h *host) NewOut(*option.Resolved) *pipe.Out {
	return pipe.NewOut(&h.mu, pipe.Limits{}, 1<<20, h, &h.sent)
}
func (h *host) NewIn(s pipe.Source, _ *option.Resolved) *pipe.In {
	return pipe.NewIn(s, pipe.Limits{}, h, &h.got)
}
func (h *host) Writable(*pipe.Out)      {}
func (h *host) Readable(*pipe.In)       {}
func (h *host) Attach(*pipe.Peer) error { return h.note("attach", nil) }
func (h *host) Disconnected(*pipe.Peer) { _ = h.note("disconnected", nil) }
func (h *host) Detached(*pipe.Peer)     { _ = h.note("detached", nil) }
func (h *host) StopNotify(*pipe.Peer)   {}
func (h *host) Detach(_ *pipe.Peer, dropped bool) {
	_ = h.note(fmt.Sprint("detach, dropped ", dropped), nil)
}

func (h *host) Connected(_ *pipe.Peer, _ *pipe.In, id []byte) error {
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
					a.expect(t, "the binding", "detached", "disconnected", "detach, dropped false")
					b.expect(t, "the connecting socket", "disconnected")
					connection.Disconnect()
					b.expect(t, "the connecting socket", "detach, dropped true")
					return
				}
				connection.Disconnect()
				b.expect(t, "the connecting socket", "disconnected", "detach, dropped false")
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
			b.expect(t, "the connecting socket", "disconnected", "detach, dropped false")
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
