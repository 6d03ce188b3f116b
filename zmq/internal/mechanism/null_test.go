package mechanism

import (
	"errors"
	"strings"
	"testing"

	"github.com/actum-go/actum/zmq/internal/wire"
)

func metadata(t wire.SocketType, identity string) wire.Metadata {
	return wire.Metadata{
		{Name: wire.PropertySocketType, Value: []byte(t.String())},
		{Name: wire.PropertyIdentity, Value: []byte(identity)},
	}
}

// next returns the bodies of the commands that m sends now.
func next(t *testing.T, m Mechanism) (bodies [][]byte) {
	t.Helper()
	out, err := m.Next([]byte("kept"))
	if err != nil || string(out[:4]) != "kept" {
		t.Fatalf("Next = %q, %v", out, err)
	}
	for out = out[4:]; len(out) > 0; {
		body, n, err := ParseFrame(out)
		if err != nil || n == 0 {
			t.Fatalf("Next gives a bad frame %x: %v", out, err)
		}
		bodies, out = append(bodies, body), out[n:]
	}
	return bodies
}

// exchange passes commands between a and b until neither has any left, and
// returns the errors of Receive.
func exchange(t *testing.T, a, b Mechanism) (errA, errB error) {
	t.Helper()
	for sent := true; sent; {
		toB, toA := next(t, a), next(t, b)
		for _, body := range toB {
			errB = errors.Join(errB, b.Receive(body))
		}
		for _, body := range toA {
			errA = errors.Join(errA, a.Receive(body))
		}
		sent = len(toA)+len(toB) > 0
	}
	return errA, errB
}

// body returns the body of a frame.
func body(t *testing.T, frame []byte) []byte {
	t.Helper()
	b, n, err := ParseFrame(frame)
	if n != len(frame) || err != nil {
		t.Fatalf("ParseFrame = %d, %v", n, err)
	}
	return b
}

func TestNull(t *testing.T) {
	a, b := NewNull(Connection{Local: metadata(wire.DEALER, "alice")}), NewNull(Connection{Local: metadata(wire.ROUTER, "")})
	if a.Name() != "NULL" || a.Done() || a.PeerMetadata() != nil {
		t.Errorf("at first: %q, done: %v, peer: %v", a.Name(), a.Done(), a.PeerMetadata())
	}
	if errA, errB := exchange(t, a, b); errA != nil || errB != nil || !a.Done() || !b.Done() {
		t.Fatalf("a: %v, done: %v; b: %v, done: %v", errA, a.Done(), errB, b.Done())
	}
	if id, _ := b.PeerMetadata().Identity(); string(id) != "alice" {
		t.Errorf("b knows the peer as %q", id)
	}
	if typ, _, _ := a.PeerMetadata().SocketType(); typ != wire.ROUTER {
		t.Errorf("a takes the peer for %v", typ)
	}
}

// Done needs both directions, in any order.
func TestNullDone(t *testing.T) {
	ready := body(t, wire.AppendReady(nil, metadata(wire.PULL, "")))
	sendFirst := NewNull(Connection{Local: metadata(wire.PUSH, "")})
	if n := len(next(t, sendFirst)); n != 1 || sendFirst.Done() {
		t.Errorf("%d commands sent, done: %v", n, sendFirst.Done())
	}
	if err := sendFirst.Receive(ready); err != nil || !sendFirst.Done() {
		t.Errorf("after Receive: %v, done: %v", err, sendFirst.Done())
	}
	receiveFirst := NewNull(Connection{Local: metadata(wire.PUSH, "")})
	if err := receiveFirst.Receive(ready); err != nil || receiveFirst.Done() {
		t.Errorf("after Receive: %v, done: %v", err, receiveFirst.Done())
	}
	if n := len(next(t, receiveFirst)); n != 1 || !receiveFirst.Done() {
		t.Errorf("%d commands sent, done: %v", n, receiveFirst.Done())
	}
}

func TestNullIncompatible(t *testing.T) {
	a, b := NewNull(Connection{Local: metadata(wire.PUSH, "")}), NewNull(Connection{Local: metadata(wire.PUB, "")})
	errA, errB := exchange(t, a, b)
	var typeError *TypeError
	if !errors.As(errA, &typeError) || *typeError != (TypeError{Local: wire.PUSH, Peer: wire.PUB}) {
		t.Errorf("a says %v", errA)
	}
	if !errors.Is(errB, ErrIncompatible) || a.Done() || b.Done() || b.PeerMetadata() != nil {
		t.Errorf("b says %v; done: %v, %v", errB, a.Done(), b.Done())
	}
}

// A peer that is refused gets one ERROR, even if nothing was sent before.
func TestNullTellsThePeer(t *testing.T) {
	for want, bad := range map[string]wire.Metadata{
		"Invalid-Socket-Type": metadata(wire.PAIR, ""),
		"Invalid-Identity":    metadata(wire.REQ, "\x00reserved"),
	} {
		m := NewNull(Connection{Local: metadata(wire.ROUTER, "")})
		first := m.Receive(body(t, wire.AppendReady(nil, bad)))
		if first == nil {
			t.Fatalf("%s is accepted", bad)
		}
		sent := next(t, m)
		if len(sent) != 1 || len(next(t, m)) != 0 {
			t.Fatalf("%d commands sent", len(sent))
		}
		var told *PeerError
		if err := NewNull(Connection{}).Receive(sent[0]); !errors.As(err, &told) || told.Reason != want {
			t.Errorf("the peer receives %v, want %q", err, want)
		}
		if again := m.Receive(nil); again != first || m.Done() {
			t.Errorf("after a failure: %v, done: %v", again, m.Done())
		}
	}
}

// A type that does not use routing ids accepts any.
func TestNullTakesAnyIdentity(t *testing.T) {
	for _, id := range []string{"\x00reserved", strings.Repeat("i", 256)} {
		m := NewNull(Connection{Local: metadata(wire.REP, "")})
		if err := m.Receive(body(t, wire.AppendReady(nil, metadata(wire.REQ, id)))); err != nil {
			t.Error(err)
		}
	}
}

func TestNullReceiveErrors(t *testing.T) {
	for _, tt := range []struct {
		name string
		body []byte
		kind error
		text string
	}{
		{"empty", nil, wire.ErrCommand, "empty body"},
		{"malformed metadata", []byte("\x05READY\x01"), wire.ErrMetadata, "cut off"},
		{"unknown type", body(t, wire.AppendReady(nil, wire.Metadata{{Name: "socket-type", Value: []byte("DUCK")}})),
			wire.ErrSocketType, "DUCK"},
		{"refused", body(t, wire.AppendError(nil, "go away\n")), ErrRefused, `"go away\n"`},
		{"malformed ERROR", []byte("\x05ERROR\x05no"), wire.ErrCommand, "reason of 5 bytes"},
		{"wrong command", body(t, wire.AppendSubscribe(nil, nil)), ErrUnexpected, `NULL command "SUBSCRIBE", READY expected`},
		{"PLAIN's", []byte("\x05HELLO"), ErrUnexpected, `"HELLO"`},
		{"as large as can be", append([]byte("\x05HELLO"), make([]byte, MaxCommand-6)...), ErrUnexpected, `"HELLO"`},
		{"too large", make([]byte, MaxCommand+1), ErrTooLarge, "65537 bytes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := NewNull(Connection{Local: metadata(wire.PUSH, "")})
			err := m.Receive(tt.body)
			wantError(t, err, tt.kind, tt.text)
			next(t, m)
			if m.Done() {
				t.Error("done after a failure")
			}
		})
	}
}

func TestNullSecondReady(t *testing.T) {
	m := NewNull(Connection{Local: metadata(wire.PUSH, "")})
	ready := body(t, wire.AppendReady(nil, metadata(wire.PULL, "")))
	if err := m.Receive(ready); err != nil {
		t.Fatal(err)
	}
	wantError(t, m.Receive(ready), ErrUnexpected, `"READY", nothing expected`)
}

// A peer without a Socket-Type is compatible with any type, as in libzmq.
func TestNullWithoutSocketType(t *testing.T) {
	a, b := NewNull(Connection{Local: metadata(wire.PUSH, "")}), NewNull(Connection{})
	if errA, errB := exchange(t, a, b); errA != nil || errB != nil || !a.Done() || !b.Done() {
		t.Errorf("a: %v, b: %v", errA, errB)
	}
}

func wantError(t *testing.T, err, kind error, text string) {
	t.Helper()
	if !errors.Is(err, kind) || !strings.Contains(err.Error(), text) {
		t.Errorf("error is %v; want one of %q with %q", err, kind, text)
	}
}
