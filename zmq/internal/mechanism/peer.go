package mechanism

import (
	"errors"

	"github.com/actum-go/actum/zmq/internal/wire"
)

// What every mechanism does with what a peer sends.

// parseCommand splits a command's body, and turns an ERROR, which a peer may
// send at any point of any handshake, into a PeerError.
func parseCommand(body []byte) (name, data []byte, err error) {
	if len(body) > MaxCommand {
		return nil, nil, tooLarge(uint64(len(body)))
	}
	name, data, err = wire.ParseCommand(body)
	if err != nil || string(name) != wire.CommandError {
		return name, data, err
	}
	reason, err := wire.ParseError(data)
	if err != nil {
		return nil, nil, err
	}
	return nil, nil, &PeerError{Reason: string(reason)}
}

func unexpected(mechanism string, command []byte, expected string) error {
	return &CommandError{Mechanism: mechanism, Command: string(command), Expected: expected}
}

// checkPeer says whether a socket that announces local may talk to one that
// announces peer. As in libzmq, a side without a Socket-Type goes with anything.
func checkPeer(local, peer wire.Metadata) error {
	peerType, peerNamed, err := peer.SocketType()
	if err != nil {
		return err
	}
	localType, localNamed, err := local.SocketType()
	if err != nil {
		return err
	}
	if peerNamed && localNamed && !localType.Compatible(peerType) {
		return &TypeError{Local: localType, Peer: peerType}
	}
	if localType == wire.ROUTER { // nobody else has a use for it
		_, err = peer.Identity()
	}
	return err
}

// refusal words err for the peer: in what the grammar allows, printable
// characters without spaces (RFC 37, "error-reason"), and without telling a
// stranger more than he said himself.
func refusal(err error) string {
	if errors.Is(err, ErrIncompatible) || errors.Is(err, wire.ErrSocketType) {
		return "Invalid-Socket-Type"
	}
	return "Invalid-Identity"
}
