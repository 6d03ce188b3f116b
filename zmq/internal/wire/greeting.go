package wire

import (
	"bytes"
	"fmt"
)

// The greeting, 64 bytes that each peer sends first (RFC 37, "Formal Grammar"):
//
//	at 0   1         9      10      11      12          32          33       64
//	   | 0xFF | padding | 0x7F | major | minor | mechanism | as-server | filler |
//	      1        8       1       1       1        20           1         31
//
// The padding has no meaning, and the filler is for later versions: a parser ignores
// both.
const (
	// GreetingSize is the length of a greeting in bytes.
	GreetingSize = 64
	// VersionMajor and VersionMinor are the ZMTP version that this package
	// speaks. Commands for subscriptions and heartbeats need a peer of 3.1.
	VersionMajor, VersionMinor = 3, 1

	signatureStart = 0xFF
	signatureEnd   = 0x7F

	signatureEndAt = 9
	majorAt        = 10
	minorAt        = 11
	mechanismAt    = 12
	mechanismSize  = 20
	asServerAt     = mechanismAt + mechanismSize
)

// Greeting is what a peer announces about itself.
type Greeting struct {
	Major, Minor uint8  // ZMTP version
	Mechanism    string // "NULL", "PLAIN", "CURVE": both peers must name the same
	AsServer     bool   // acts as the server of the security handshake
}

// AppendGreeting appends the 64 bytes of g. A mechanism's name has at most 20
// bytes; the rest of a longer one is cut off.
func AppendGreeting(dst []byte, g Greeting) []byte {
	var b [GreetingSize]byte
	b[0] = signatureStart
	// A ZMTP 1.0 peer takes the signature for the header of an identity of this many
	// bytes, flags included, and continues to read; libzmq sends the same.
	b[signatureEndAt-1] = 1
	b[signatureEndAt] = signatureEnd
	b[majorAt], b[minorAt] = g.Major, g.Minor
	copy(b[mechanismAt:asServerAt], g.Mechanism)
	if g.AsServer {
		b[asServerAt] = 1
	}
	return append(dst, b[:]...)
}

// ParseGreeting parses the greeting at the start of b; n is 64, or 0 while b is
// too short. A peer that cannot be used is refused at the first byte that proves
// it, so that a connection does not wait for the rest. The error then wraps
// ErrSignature, ErrVersion or ErrGreeting.
//
// A version above 3.1 is accepted, as RFC 37 ("Version Negotiation") demands:
// such a peer adapts to ours.
func ParseGreeting(b []byte) (g Greeting, n int, err error) {
	b = b[:min(len(b), GreetingSize)]
	if err := checkSignature(b); err != nil {
		return Greeting{}, 0, err
	}
	if err := checkVersion(b); err != nil {
		return Greeting{}, 0, err
	}
	if err := checkMechanism(b); err != nil {
		return Greeting{}, 0, err
	}
	if len(b) < GreetingSize {
		return Greeting{}, 0, nil
	}
	return Greeting{
		Major:     b[majorAt],
		Minor:     b[minorAt],
		Mechanism: mechanismName(b[mechanismAt:asServerAt]),
		AsServer:  b[asServerAt] == 1,
	}, GreetingSize, nil
}

// checkSignature also recognizes the two ways in which a ZMTP 1.0 peer begins
// (RFC 37, "Backwards Interoperability"). Such a peer sends its identity as a
// message at once: usually the empty identity, 01 00, or one with a long size,
// whose flags byte, at the place where our signature ends, has bit 0 clear. Other
// bits there are ignored, as in libzmq.
func checkSignature(b []byte) error {
	if len(b) > 0 && b[0] == 1 {
		return versionError("1.0")
	}
	if len(b) > 0 && b[0] != signatureStart {
		return fmt.Errorf("%w: it begins with 0x%02x, not with 0xff", ErrSignature, b[0])
	}
	if len(b) <= signatureEndAt {
		return nil
	}
	if b[signatureEndAt]&1 == 0 {
		return versionError("1.0")
	}
	return nil
}

// checkVersion reads the byte that older versions call the revision: 0 in ZMTP
// 1.0 (as libzmq counts), 1 in 2.0. No version has 2, which is taken for 3, as
// libzmq does.
func checkVersion(b []byte) error {
	if len(b) <= majorAt {
		return nil
	}
	switch b[majorAt] {
	case 0:
		return versionError("1.0")
	case 1:
		return versionError("2.0")
	}
	return nil
}

func versionError(version string) error {
	return fmt.Errorf("%w: it speaks ZMTP %s, and 3.0 or later is needed (libzmq 4.0 or later)", ErrVersion, version)
}

// checkMechanism checks as much of the mechanism's name as there is.
func checkMechanism(b []byte) error {
	ended := false
	for i := mechanismAt; i < min(len(b), asServerAt); i++ {
		switch c := b[i]; {
		case c == 0 && i > mechanismAt:
			ended = true
		case ended || !isMechanismChar(c):
			return fmt.Errorf("%w: byte 0x%02x at %d of the mechanism's name", ErrGreeting, c, i-mechanismAt)
		}
	}
	return nil
}

func isMechanismChar(c byte) bool {
	return 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c == '.' || c == '+'
}

// mechanismName returns the name without its padding. It allocates only for a
// name that is not in the RFCs.
func mechanismName(field []byte) string {
	name, _, _ := bytes.Cut(field, []byte{0})
	switch string(name) {
	case "NULL":
		return "NULL"
	case "PLAIN":
		return "PLAIN"
	case "CURVE":
		return "CURVE"
	default:
		return string(name)
	}
}
