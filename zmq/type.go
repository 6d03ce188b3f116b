package zmq

import (
	"errors"
	"fmt"
	"strings"

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

var patterns = map[Type]func(pattern.Options) *pattern.Socket{
	PAIR: pattern.NewPair, PUB: pattern.NewPub, SUB: pattern.NewSub,
	REQ: pattern.NewReq, REP: pattern.NewRep, DEALER: pattern.NewDealer,
	ROUTER: pattern.NewRouter, PULL: pattern.NewPull, PUSH: pattern.NewPush,
}

// String is the type's name: "PUSH".
func (t Type) String() string { return wire.SocketType(t).String() }

// Sends reports whether sockets of the type can send.
func (t Type) Sends() bool { return wire.SocketType(t).Sends() }

// Receives reports whether sockets of the type can receive.
func (t Type) Receives() bool { return t != PUSH && t != PUB }

// ParseType finds a type by its name, in upper or lower case.
func ParseType(name string) (Type, error) {
	t, err := wire.ParseSocketType([]byte(strings.ToUpper(name)))
	if err != nil || patterns[Type(t)] == nil {
		if err == nil {
			err = noSuchType(Type(t))
		} else {
			err = fmt.Errorf("unknown: expected %s", typeNames)
		}
		return 0, fmt.Errorf("zmq: socket type %.32q: %w", name, err)
	}
	return Type(t), nil
}

// typeNames lists the implemented types.
const typeNames = "PUSH, PULL, PUB, SUB, REQ, REP, DEALER, ROUTER or PAIR"

// noSuchType returns the error for a type of which no socket can be made.
func noSuchType(t Type) error {
	if name := t.String(); t <= Type(wire.STREAM) {
		return fmt.Errorf("%s is not implemented yet: expected %s: %w", name, typeNames, errors.ErrUnsupported)
	}
	return fmt.Errorf("%d is not a socket type: expected %s", t, typeNames)
}
