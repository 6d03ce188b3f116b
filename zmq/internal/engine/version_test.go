package engine

import (
	"errors"
	"fmt"
	"testing"

	"github.com/actum-go/actum/proactor/sim"
	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// A subscriber sends its subscriptions to a peer of ZMTP 3.1 or later as
// commands, and to an earlier one as messages, which is the only form that it
// knows. A message that an XSUB sends is a message to both.
func TestSubscriptionsByVersion(t *testing.T) {
	said := [][]byte{{1, 'a'}, {1}, []byte("its own"), {0, 'a'}}
	for _, tt := range []struct {
		typ          wire.SocketType
		peer         string
		major, minor uint8
		commands     bool
	}{
		{wire.SUB, "PUB", 3, 0, false},
		{wire.SUB, "PUB", 3, 1, true},
		{wire.SUB, "PUB", 3, 2, true},
		{wire.SUB, "PUB", 4, 0, true},
		{wire.XSUB, "XPUB", 3, 0, false},
		{wire.XSUB, "XPUB", 3, 1, true},
		{wire.PUSH, "PULL", 3, 1, false}, // no subscriber: its messages may begin as they like
	} {
		t.Run(fmt.Sprintf("%v to %d.%d", tt.typ, tt.major, tt.minor), func(t *testing.T) {
			f := newFixture(t, 1, sim.Faults{})
			p, q := f.connect(testConfig{Type: tt.typ})
			p.e.Start()
			q.greetAs(wire.Greeting{Major: tt.major, Minor: tt.minor, Mechanism: "NULL"}, tt.peer)
			var want []item
			for _, text := range said {
				if s, ok := wire.ParseSubscription(text); ok && tt.typ.Sends(wire.Subscriptions) {
					p.subscribe(s)
				} else {
					p.send(text)
				}
				want = append(want, item{frames: [][]byte{text}})
			}
			if tt.commands {
				want[0] = item{command: true, frames: [][]byte{[]byte("\x09SUBSCRIBEa")}}
				want[1] = item{command: true, frames: [][]byte{[]byte("\x09SUBSCRIBE")}}
				want[3] = item{command: true, frames: [][]byte{[]byte("\x06CANCELa")}}
			}
			f.until("subscriptions", func() bool { return len(q.traffic()) == len(said) })
			for i, got := range q.traffic() {
				if !got.equal(want[i]) {
					t.Errorf("%q is sent as %v, want %v", said[i], got, want[i])
				}
			}
			f.poll()
			if p.queued() != 0 || p.sent.Msgs != uint64(len(said)) {
				t.Errorf("%d still wait, and %d count as sent", p.queued(), p.sent.Msgs)
			}
		})
	}
}

// A publisher takes subscriptions in both forms, at any time, and passes them to
// its pattern as the same subscriptions.
func TestSubscriptionsOfAPeer(t *testing.T) {
	for _, typ := range []wire.SocketType{wire.PUB, wire.XPUB} {
		f := newFixture(t, 1, sim.Faults{})
		p, q := f.connect(testConfig{Type: typ})
		f.shakeHands(p, q, "SUB")
		q.say(wire.AppendSubscribe(nil, []byte("command")))
		q.say(wire.Subscription{Action: wire.Subscribe, Topic: []byte("message")}.AppendMessage(nil))
		q.say(wire.AppendCancel(nil, []byte("command")))
		q.say(wire.Subscription{Action: wire.Cancel, Topic: []byte("message")}.AppendMessage(nil))
		f.until("subscriptions", func() bool { p.receive(4); return len(p.got) == 4 })
		if p.subscriptions != 4 {
			t.Errorf("%v: of the four, %d are subscriptions", typ, p.subscriptions)
		}
		var got []string
		for _, m := range p.got {
			got = append(got, string(m.Bytes()))
		}
		f.equal(typ.String(), got, []string{"\x01command", "\x01message", "\x00command", "\x00message"})
		p.receive(1) // finds nothing, and credits the messages before
		if msgs, size := p.e.Inbox().Queued(); msgs != 0 || size != 0 || p.received.Bytes != 4*8 {
			t.Errorf("%v: %d messages of %d bytes wait, and %d bytes have come", typ, msgs, size, p.received.Bytes)
		}
	}
}

// A socket that is no publisher ignores subscriptions, and the connection
// continues.
func TestSubscriptionsToOthers(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{})
	p, q := newDealer(f, pipe.Limits{})
	q.say(wire.AppendSubscribe(nil, []byte("a")))
	q.say(wire.AppendCancel(nil, []byte("a")))
	q.say(frame(nil, wire.FlagCommand, nil))               // malformed: no name
	q.say(frame(nil, wire.FlagCommand, []byte("\x03NEW"))) // unknown
	q.say(frame(nil, 0, []byte("behind")))
	f.until("message", func() bool { p.receive(1); return len(p.got) > 0 })
	if len(p.got) != 1 || string(p.got[0].Bytes()) != "behind" || len(q.traffic()) != 0 {
		t.Errorf("received %d messages, the first of them %q, and answered %v", len(p.got), p.got[0].Bytes(), q.traffic())
	}
}

// A peer that wants another mechanism is refused at once, with both names.
func TestAnotherMechanism(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{})
	p, q := f.connect(testConfig{Type: wire.PUSH})
	p.e.Start()
	q.greetAs(wire.Greeting{Major: 3, Minor: 1, Mechanism: "PLAIN"}, "PULL")
	f.poll()
	if p.closed != 1 || !errors.Is(p.cause, ErrMechanism) || p.established != 0 {
		t.Fatalf("closed %d times with %v, established %d times", p.closed, p.cause, p.established)
	}
	if want := ErrMechanism.Error() + `: "PLAIN" instead of NULL`; p.cause.Error() != want {
		t.Errorf("closed with %q, want %q", p.cause, want)
	}
}

// The session may refuse a peer in Established: its error is the connection's.
func TestSessionRefuses(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{})
	p, q := f.connect(testConfig{Type: wire.PUSH})
	p.refuses = errTest
	p.e.Start()
	q.greet("PULL")
	f.poll()
	if p.closed != 1 || p.cause != errTest || p.established != 1 {
		t.Errorf("closed %d times with %v, established %d times", p.closed, p.cause, p.established)
	}
}

// A message that the socket does not receive is counted, with the reason; the
// messages before it are received.
func TestRefusedIsCounted(t *testing.T) {
	before := frame(nil, 0, []byte("before"))
	for _, tt := range []struct {
		name   string
		cfg    testConfig
		peer   string
		says   []byte
		why    pipe.Refusal
		n      int
		closed error // nil: it stays open
	}{
		{"too large a frame", testConfig{Type: wire.PULL, Limits: option.Limits{MaxFrame: 10}}, "PUSH", frame(nil, 0, body(11)), pipe.RefusedTooLarge, 1, ErrTooLarge},
		{"too large a message", testConfig{Type: wire.PULL, Limits: option.Limits{MaxMessage: 10}}, "PUSH", frame(nil, 0, body(11)), pipe.RefusedTooLarge, 1, ErrTooLarge},
		{"no frame", testConfig{Type: wire.PULL}, "PUSH", []byte{wire.FlagLong, 0x80}, pipe.RefusedMalformed, 1, wire.ErrFrame},
		{"too long a command", testConfig{Type: wire.PULL}, "PUSH", announce(wire.FlagCommand, maxCommand+1), pipe.RefusedMalformed, 1, wire.ErrCommand},
		{"messages to a PUSH", testConfig{Type: wire.PUSH}, "PULL", before, pipe.RefusedUnexpected, 2, nil},
		{"messages to a PUB", testConfig{Type: wire.PUB}, "SUB", append(frame(nil, 0, []byte{2}), frame(nil, 0, []byte{1})...), pipe.RefusedUnexpected, 2, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t, 1, sim.Faults{})
			p, q := f.connect(tt.cfg)
			f.shakeHands(p, q, tt.peer)
			q.say(append(before[:len(before):len(before)], tt.says...))
			f.until("said", func() bool { return len(q.queue) == 0 })
			f.poll()
			if p.refused[tt.why] != tt.n || len(p.refused) != 1 {
				t.Errorf("refused %v, want %d for reason %d", p.refused, tt.n, tt.why)
			}
			if closed := p.closed > 0; closed != (tt.closed != nil) || !errors.Is(p.cause, tt.closed) {
				t.Errorf("closed: %t, %v; want %v", closed, p.cause, tt.closed)
			}
			if p.receive(2); tt.closed != nil && (len(p.got) != 1 || string(p.got[0].Bytes()) != "before") {
				t.Errorf("received %d messages, want those before", len(p.got))
			}
		})
	}
}
