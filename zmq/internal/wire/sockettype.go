package wire

import "fmt"

// SocketType is a type of socket, with libzmq's number.
type SocketType uint8

// The stable socket types. STREAM talks to peers without ZMTP, so no type is
// compatible with it.
const (
	PAIR SocketType = iota
	PUB
	SUB
	REQ
	REP
	DEALER
	ROUTER
	PULL
	PUSH
	XPUB
	XSUB
	STREAM

	socketTypes = iota
)

var socketTypeNames = [socketTypes]string{
	"PAIR", "PUB", "SUB", "REQ", "REP", "DEALER", "ROUTER", "PULL", "PUSH", "XPUB", "XSUB", "STREAM",
}

// compatible[t] has bit u set if t and u may talk to each other: the table of
// RFC 37, "The Socket-Type Property", which is RFC 28 (request-reply), 29
// (publish-subscribe), 30 (pipeline) and 31 (exclusive pair), and libzmq's.
var compatible = [socketTypes]uint16{
	PAIR:   1 << PAIR,
	PUB:    1<<SUB | 1<<XSUB,
	SUB:    1<<PUB | 1<<XPUB,
	REQ:    1<<REP | 1<<ROUTER,
	REP:    1<<REQ | 1<<DEALER,
	DEALER: 1<<REP | 1<<DEALER | 1<<ROUTER,
	ROUTER: 1<<REQ | 1<<DEALER | 1<<ROUTER,
	PULL:   1 << PUSH,
	PUSH:   1 << PULL,
	XPUB:   1<<SUB | 1<<XSUB,
	XSUB:   1<<PUB | 1<<XPUB,
}

// String returns the name for the Socket-Type property, such as "PUSH".
func (t SocketType) String() string {
	if int(t) < socketTypes {
		return socketTypeNames[t]
	}
	return fmt.Sprintf("SocketType(%d)", uint8(t))
}

// Compatible reports whether a socket of type t accepts a peer of type peer. It
// is symmetric.
func (t SocketType) Compatible(peer SocketType) bool {
	return int(t) < socketTypes && int(peer) < socketTypes && compatible[t]&(1<<peer) != 0
}

// Sends reports whether a socket of type t sends messages of its own.
func (t SocketType) Sends() bool { return t != PULL && t != SUB }

// SendsIdentity reports whether a socket of type t announces the Identity
// property. Only types that a ROUTER may have to tell apart do (RFC 37, "The
// Identity Property").
func (t SocketType) SendsIdentity() bool {
	return t == REQ || t == DEALER || t == ROUTER
}

// ParseSocketType returns the type with the given Socket-Type property, in upper
// case. The error wraps ErrSocketType.
func ParseSocketType(name []byte) (SocketType, error) {
	for t, known := range socketTypeNames {
		if string(name) == known {
			return SocketType(t), nil
		}
	}
	return 0, fmt.Errorf("%w: %.32q", ErrSocketType, name)
}
