package mechanism

import (
	"errors"
	"fmt"

	"github.com/actum-go/actum/zmq/internal/wire"
)

// The errors of a handshake, in addition to package wire's for malformed
// commands.
var (
	// ErrRefused: the peer sent ERROR. Retrying with the same credentials does not
	// help (RFC 37, "Error Handling"). See PeerError.
	ErrRefused = errors.New("peer refused the handshake")
	// ErrUnexpected: a command or message that the handshake does not allow now. See
	// CommandError.
	ErrUnexpected = errors.New("unexpected during the ZMTP handshake")
	// ErrTooLarge: a command of more than MaxCommand bytes.
	ErrTooLarge = errors.New("ZMTP handshake command is too large")
	// ErrIncompatible: the peer's socket type is not compatible with ours. See
	// TypeError.
	ErrIncompatible = wire.ErrIncompatible

	errMessage = fmt.Errorf("%w: a message before the handshake is done", ErrUnexpected)
)

// PeerError is the peer's ERROR command. It wraps ErrRefused.
type PeerError struct {
	Reason string // chosen by the peer: any bytes, up to 255
}

func (e *PeerError) Error() string {
	return fmt.Sprintf("%v: it says %q", ErrRefused, e.Reason)
}

func (e *PeerError) Unwrap() error { return ErrRefused }

// CommandError is a command that the handshake does not allow now. It wraps
// ErrUnexpected.
type CommandError struct {
	Mechanism string // whose handshake it is: "NULL"
	Command   string // the command that the peer sent
	Expected  string // the command that was allowed, besides ERROR
}

func (e *CommandError) Error() string {
	return fmt.Sprintf("%v: %s command %.32q, %s expected", ErrUnexpected, e.Mechanism, e.Command, e.Expected)
}

func (e *CommandError) Unwrap() error { return ErrUnexpected }

// TypeError is the error for a peer with an incompatible socket type. It wraps
// ErrIncompatible.
type TypeError struct {
	Local, Peer wire.SocketType
}

func (e *TypeError) Error() string {
	return fmt.Sprintf("%v: %v does not talk to %v", ErrIncompatible, e.Local, e.Peer)
}

func (e *TypeError) Unwrap() error { return ErrIncompatible }
