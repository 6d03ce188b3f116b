package mechanism

import (
	"errors"

	"github.com/actum-go/actum/zmq/internal/wire"
)

// The processing of a peer's commands that all mechanisms share.

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

// checkPeer checks that a socket that announces local may talk to one that
// announces peer. As in libzmq, a side without a Socket-Type is compatible with
// any type.
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
	if localType.Addresses() { // other types do not use it
		_, err = peer.Identity()
	}
	return err
}

// refusal returns the reason to send to the peer for err. It uses the characters
// that the grammar allows, printable and without spaces (RFC 37, "error-reason"),
// and tells an unknown peer nothing that the peer did not say itself.
func refusal(err error) string {
	if errors.Is(err, ErrIncompatible) || errors.Is(err, wire.ErrSocketType) {
		return "Invalid-Socket-Type"
	}
	return "Invalid-Identity"
}
