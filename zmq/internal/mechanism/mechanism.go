// Package mechanism implements the security handshake of ZMTP, which takes place
// between greeting and first message (RFC 37, "Authentication and
// Confidentiality"). It does no I/O.
//
// What both sides promise:
//
//   - One Mechanism serves one connection and is used by one goroutine at a time.
//   - The session calls Next after the greetings and again after each Receive, and
//     sends what it appends, until Done. A mechanism that waits for an answer from
//     elsewhere, such as an authenticator, appends nothing: the session calls Next
//     again when the answer is there.
//   - The session gives Receive the body of each command frame, found with
//     ParseFrame, until Done. Receive keeps nothing of the body.
//   - An error of Next or Receive is final: the session calls Next once more, sends
//     what it appends (an ERROR with the reason for the peer, or nothing), and closes
//     the connection.
//   - Done means that both sides are finished: there is nothing left to send or to
//     receive, and PeerMetadata is complete. A later command is not for the
//     mechanism.
package mechanism

import "github.com/actum-go/actum/zmq/internal/wire"

// Role says which side of a connection this is.
type Role uint8

const (
	Client Role = iota // this side has connected
	Server             // this side has accepted
)

// Connection is what a mechanism is made for.
type Connection struct {
	Role  Role
	Peer  string          // the peer's IP address without a port; "" if the transport has none
	Type  wire.SocketType // of the local socket
	Local wire.Metadata   // what this side announces: it is valid, and not changed
}

// Constructor makes a mechanism for a new connection.
type Constructor func(Connection) Mechanism

// Mechanism is one side of a handshake.
type Mechanism interface {
	// Name is the name in the greeting. Both peers must use the same.
	Name() string
	// Next appends the command frames to send now to dst. It returns dst
	// unchanged if there are none.
	Next(dst []byte) ([]byte, error)
	// Receive takes the body of one command frame. Its errors wrap one of this
	// package's or of package wire's.
	Receive(body []byte) error
	// Done reports whether the handshake has succeeded.
	Done() bool
	// PeerMetadata is what the peer says about itself; nil until it is received.
	// The caller may keep it and must not change it.
	PeerMetadata() wire.Metadata
}
