package wire

import (
	"strings"
	"testing"
)

// The table of RFC 37, "The Socket-Type Property", for the stable types.
const compatibleTypes = `
PAIR:   PAIR
PUB:    SUB XSUB
SUB:    PUB XPUB
REQ:    REP ROUTER
REP:    REQ DEALER
DEALER: REP DEALER ROUTER
ROUTER: REQ DEALER ROUTER
PULL:   PUSH
PUSH:   PULL
XPUB:   SUB XSUB
XSUB:   PUB XPUB
STREAM:
`

func TestCompatible(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(compatibleTypes), "\n")
	if len(lines) != socketTypes {
		t.Fatalf("%d types in the table, want %d", len(lines), socketTypes)
	}
	for i, line := range lines {
		name, peers, _ := strings.Cut(line, ":")
		local := SocketType(i)
		if local.String() != name {
			t.Errorf("type %d is %v, want %s", i, local, name)
		}
		for peer := range SocketType(socketTypes) {
			want := false
			for _, p := range strings.Fields(peers) {
				want = want || p == peer.String()
			}
			if local.Compatible(peer) != want || peer.Compatible(local) != want {
				t.Errorf("%v to %v: %v, back: %v; want %v", local, peer, local.Compatible(peer), peer.Compatible(local), want)
			}
		}
	}
}

func TestUnknownSocketType(t *testing.T) {
	unknown := SocketType(socketTypes)
	if unknown.Compatible(PAIR) || PAIR.Compatible(unknown) || SocketType(255).Compatible(255) {
		t.Error("a type that does not exist has a peer")
	}
	if unknown.String() != "SocketType(12)" {
		t.Errorf("String = %q", unknown)
	}
}

func TestParseSocketType(t *testing.T) {
	for want := range SocketType(socketTypes) {
		if got, err := ParseSocketType([]byte(want.String())); got != want || err != nil {
			t.Errorf("%v comes back as %v, %v", want, got, err)
		}
	}
	for _, name := range []string{"", "push", "PUSH ", "CLIENT", strings.Repeat("P", 1000)} {
		got, err := ParseSocketType([]byte(name))
		wantError(t, err, ErrSocketType, "unknown socket type")
		if got != 0 {
			t.Errorf("%q is %v, and an error", name, got)
		}
		if len(err.Error()) > 100 {
			t.Errorf("error of %d bytes repeats what a peer sent", len(err.Error()))
		}
	}
}
