package wire

import "fmt"

// SocketType is a type of socket, with libzmq's number.
type SocketType uint8

// The stable socket types.
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

// Traffic is what sockets of a type send to their peers, or receive.
type Traffic uint8

// The kinds of traffic. PING and PONG commands are not part of it: every engine
// sends and receives them.
const (
	Messages      Traffic = 1 << iota // of the application
	Subscriptions                     // see Subscription

	nothing = Traffic(0)
)

// typeInfo is what the wire needs to know of a socket type. Package pattern has
// the rest, in a table with a row for each type that is implemented.
type typeInfo struct {
	name     string // of the Socket-Type property
	peers    uint16 // a set: the types that it may be connected to
	sends    Traffic
	receives Traffic
	// identity: the type announces the Identity property. Only types that a
	// ROUTER may have to tell apart do (RFC 37, "The Identity Property").
	identity bool
	// addresses: the first frame of a message is the routing id of its peer: the
	// peer's Identity property, or an id that the socket made up.
	addresses bool
}

// types has a row for each type. Which types may be connected is in the table of
// RFC 37, "The Socket-Type Property", which is RFC 28 (request-reply), 29
// (publish-subscribe), 30 (pipeline) and 31 (exclusive pair), and libzmq's.
// STREAM talks to peers without ZMTP, so no type is compatible with it.
var types = [socketTypes]typeInfo{
	PAIR:   {name: "PAIR", peers: set(PAIR), sends: Messages, receives: Messages},
	PUB:    {name: "PUB", peers: set(SUB, XSUB), sends: Messages, receives: Subscriptions},
	SUB:    {name: "SUB", peers: set(PUB, XPUB), sends: Subscriptions, receives: Messages},
	REQ:    {name: "REQ", peers: set(REP, ROUTER), sends: Messages, receives: Messages, identity: true},
	REP:    {name: "REP", peers: set(REQ, DEALER), sends: Messages, receives: Messages},
	DEALER: {name: "DEALER", peers: set(REP, DEALER, ROUTER), sends: Messages, receives: Messages, identity: true},
	ROUTER: {name: "ROUTER", peers: set(REQ, DEALER, ROUTER), sends: Messages, receives: Messages, identity: true, addresses: true},
	PULL:   {name: "PULL", peers: set(PUSH), sends: nothing, receives: Messages},
	PUSH:   {name: "PUSH", peers: set(PULL), sends: Messages, receives: nothing},
	XPUB:   {name: "XPUB", peers: set(SUB, XSUB), sends: Messages, receives: Messages | Subscriptions},
	XSUB:   {name: "XSUB", peers: set(PUB, XPUB), sends: Messages | Subscriptions, receives: Messages},
	STREAM: {name: "STREAM", peers: set(), sends: Messages, receives: Messages},
}

func set(all ...SocketType) (s uint16) {
	for _, t := range all {
		s |= 1 << t
	}
	return s
}

// Known reports whether t is one of the types above.
func (t SocketType) Known() bool { return int(t) < socketTypes }

// info returns the type's row; an empty one if t is not known.
func (t SocketType) info() *typeInfo {
	if t.Known() {
		return &types[t]
	}
	return &unknown
}

var unknown typeInfo

// String returns the name for the Socket-Type property, such as "PUSH".
func (t SocketType) String() string {
	if t.Known() {
		return types[t].name
	}
	return fmt.Sprintf("SocketType(%d)", uint8(t))
}

// Compatible reports whether a socket of type t accepts a peer of type peer. It
// is symmetric.
func (t SocketType) Compatible(peer SocketType) bool {
	return peer.Known() && t.info().peers&(1<<peer) != 0
}

// Peers returns the types that a socket of type t accepts as peers, in the order
// of their numbers.
func (t SocketType) Peers() (all []SocketType) {
	for peer := range SocketType(socketTypes) {
		if t.Compatible(peer) {
			all = append(all, peer)
		}
	}
	return all
}

// Sends reports whether a socket of type t sends such traffic.
func (t SocketType) Sends(what Traffic) bool { return t.info().sends&what != 0 }

// Receives reports whether a socket of type t receives such traffic.
func (t SocketType) Receives(what Traffic) bool { return t.info().receives&what != 0 }

// SendsIdentity reports whether a socket of type t announces the Identity
// property.
func (t SocketType) SendsIdentity() bool { return t.info().identity }

// Addresses reports whether the messages of a socket of type t begin with a
// routing id, which is the peer's Identity property if the peer has one.
func (t SocketType) Addresses() bool { return t.info().addresses }

// ParseSocketType returns the type with the given Socket-Type property, in upper
// case. The error wraps ErrSocketType.
func ParseSocketType(name []byte) (SocketType, error) {
	for t := range types {
		if string(name) == types[t].name {
			return SocketType(t), nil
		}
	}
	return 0, fmt.Errorf("%w: %.32q", ErrSocketType, name)
}
