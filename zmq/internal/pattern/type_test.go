package pattern_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/actum-go/actum/zmq/internal/pattern"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// typesOfLibzmq are the types as libzmq and the RFCs have them: the number of the type in
// zmq.h, its name, the peers that it accepts, what it sends and receives (m: messages,
// s: subscriptions), and the other properties of the descriptor.
const typesOfLibzmq = `
0 PAIR:   PAIR                 m/m
1 PUB:    SUB XSUB             m/s  connects-once
2 SUB:    PUB XPUB             s/m  connects-once
3 REQ:    REP ROUTER           m/m  connects-once identity
4 REP:    REQ DEALER           m/m
5 DEALER: REP DEALER ROUTER    m/m  connects-once identity
6 ROUTER: REQ DEALER ROUTER    m/m  identity addresses
7 PULL:   PUSH                 -/m
8 PUSH:   PULL                 m/-
`

// xTypes are the types that exist only in these tests, as libzmq has them.
const xTypes = `
9 XPUB:   SUB XSUB             m/ms
10 XSUB:  PUB XPUB             ms/m
`

func TestTypes(t *testing.T) {
	var lines []string
	for _, d := range pattern.Types() {
		lines = append(lines, describe(&d))
	}
	slices.SortFunc(lines, func(a, b string) int { return strings.Compare(a[:2], b[:2]) }) // by number, which has one digit
	want := strings.Split(strings.TrimSpace(typesOfLibzmq), "\n")
	for _, d := range []pattern.Type{pattern.XPub, pattern.XSub} {
		lines = append(lines, describe(&d))
	}
	want = append(want, strings.Split(strings.TrimSpace(xTypes), "\n")...)
	if len(lines) != len(want) {
		t.Fatalf("%d types, want %d", len(lines), len(want))
	}
	for i, line := range lines {
		if strings.Join(strings.Fields(line), " ") != strings.Join(strings.Fields(want[i]), " ") {
			t.Errorf("%s\nwant %s", line, want[i])
		}
	}
}

// describe writes a descriptor as a line of the table.
func describe(d *pattern.Type) string {
	line := fmt.Sprintf("%d %v:", uint8(d.SocketType), d)
	for _, peer := range d.Peers() {
		line += " " + peer.String()
	}
	line += " " + traffic(d.Sends) + "/" + traffic(d.Receives)
	for _, property := range []struct {
		name string
		has  bool
	}{
		{"connects-once", d.ConnectOnce}, {"identity", d.SendsIdentity()}, {"addresses", d.Addresses()}, {"thread-safe", d.ThreadSafe},
	} {
		if property.has {
			line += " " + property.name
		}
	}
	return line
}

// traffic describes what a type sends or receives.
func traffic(has func(wire.Traffic) bool) (text string) {
	if has(wire.Messages) {
		text += "m"
	}
	if has(wire.Subscriptions) {
		text += "s"
	}
	if text == "" {
		return "-"
	}
	return text
}

// A socket of each type sends and receives what its descriptor has; other calls fail with
// ErrNotSupported.
func TestSocketsFollowTheirDescriptors(t *testing.T) {
	for _, d := range append(slices.Clone(pattern.Types()), pattern.XPub, pattern.XSub) {
		if found := pattern.TypeOf(d.SocketType); found != nil && found.SocketType != d.SocketType {
			t.Errorf("%v is found as %v", d, found)
		}
		s := d.New(defaults())
		join(t, s, pattern.NewDealer(defaults()))
		for call, tt := range map[string]struct {
			err error
			can bool
		}{
			"send":        {s.TrySend(msg("id", "x")), d.Sends(wire.Messages)},
			"receive":     {errorOf(s.TryRecv()), d.Receives(wire.Messages)},
			"subscribe":   {s.Subscribe(nil), d.Sends(wire.Subscriptions)},
			"unsubscribe": {s.Unsubscribe(nil), d.Sends(wire.Subscriptions)},
		} {
			cannot := tt.err != nil && strings.Contains(tt.err.Error(), call+" on "+d.String()) && errors.Is(tt.err, pattern.ErrNotSupported)
			if cannot == tt.can {
				t.Errorf("%s on %v: %v", call, d, tt.err)
			}
		}
		s.Close()
	}
}

func errorOf[T any](_ T, err error) error { return err }
