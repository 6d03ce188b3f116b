package zmq

import (
	"github.com/actum-go/actum/zmq/internal/core"
	"github.com/actum-go/actum/zmq/internal/pattern"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// Type is the type of a socket. It decides which peers get the socket's messages.
// The numbers are libzmq's.
type Type uint8

// The types of sockets.
const (
	PAIR   = Type(wire.PAIR)   // RFC 31: one peer, both ways
	PUB    = Type(wire.PUB)    // RFC 29: to every subscriber
	SUB    = Type(wire.SUB)    // RFC 29: from publishers, by subscription
	REQ    = Type(wire.REQ)    // RFC 28: a request, then its reply
	REP    = Type(wire.REP)    // RFC 28: a request, then its reply
	DEALER = Type(wire.DEALER) // RFC 28: round robin out, fair-queued in
	ROUTER = Type(wire.ROUTER) // RFC 28: addressed by routing id
	PULL   = Type(wire.PULL)   // RFC 30: fair-queued in
	PUSH   = Type(wire.PUSH)   // RFC 30: round robin out
)

// Types returns the types that [NewSocket] makes sockets of.
func Types() (all []Type) {
	for _, t := range pattern.Types() {
		all = append(all, Type(t.SocketType))
	}
	return all
}

// String is the type's name: "PUSH".
func (t Type) String() string { return wire.SocketType(t).String() }

// Sends reports whether sockets of the type can send.
func (t Type) Sends() bool { return wire.SocketType(t).Sends(wire.Messages) }

// Receives reports whether sockets of the type can receive.
func (t Type) Receives() bool { return wire.SocketType(t).Receives(wire.Messages) }

// Addresses reports whether messages of the type begin with a routing id: a
// received one with its sender's, and one that is sent with its receiver's.
func (t Type) Addresses() bool { return wire.SocketType(t).Addresses() }

// ParseType finds a type by its name, in upper or lower case.
func ParseType(name string) (Type, error) {
	t, err := core.ParseType(name)
	return Type(t), err
}
