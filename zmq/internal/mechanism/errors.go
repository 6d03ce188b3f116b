package mechanism

import (
	"errors"
	"fmt"

	"github.com/actum-go/actum/zmq/internal/wire"
)

// Why a handshake can fail, beside what package wire says about malformed
// commands.
var (
	// ErrRefused: the peer sent ERROR. It does not help to try again with the
	// same credentials (RFC 37, "Error Handling"). See PeerError.
	ErrRefused = errors.New("peer refused the handshake")
	// ErrUnexpected: something that does not belong here. See CommandError.
	ErrUnexpected = errors.New("unexpected during the ZMTP handshake")
	// ErrTooLarge: a command of more than MaxCommand bytes.
	ErrTooLarge = errors.New("ZMTP handshake command is too large")
	// ErrIncompatible: the peer's socket type does not go with ours. See
	// TypeError.
	ErrIncompatible = wire.ErrIncompatible

	errMessage = fmt.Errorf("%w: a message before the handshake is done", ErrUnexpected)
)

// PeerError is the peer's ERROR command. It wraps ErrRefused.
type PeerError struct {
	Reason string // the peer's words: any bytes, up to 255
}

func (e *PeerError) Error() string {
	return fmt.Sprintf("%v: it says %q", ErrRefused, e.Reason)
}

func (e *PeerError) Unwrap() error { return ErrRefused }

// CommandError is a command out of turn. It wraps ErrUnexpected.
type CommandError struct {
	Mechanism string // whose handshake it is: "NULL"
	Command   string // the peer sent this
	Expected  string // and this, or ERROR, would have been right
}

func (e *CommandError) Error() string {
	return fmt.Sprintf("%v: %s command %.32q, %s expected", ErrUnexpected, e.Mechanism, e.Command, e.Expected)
}

func (e *CommandError) Unwrap() error { return ErrUnexpected }

// TypeError is a peer that connected to the wrong socket. It wraps
// ErrIncompatible.
type TypeError struct {
	Local, Peer wire.SocketType
}

func (e *TypeError) Error() string {
	return fmt.Sprintf("%v: %v does not talk to %v", ErrIncompatible, e.Local, e.Peer)
}

func (e *TypeError) Unwrap() error { return ErrIncompatible }
