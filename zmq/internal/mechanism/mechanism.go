// Package mechanism implements the security handshake of ZMTP, which takes place
// between greeting and first message (RFC 37, "Authentication and
// Confidentiality"). It does no I/O.
//
// What both sides promise:
//
//   - One Mechanism serves one connection and is used by one goroutine at a time,
//     except for Resume.
//   - The engine calls Next after the greetings and again after each Receive, unless
//     the mechanism is Suspended, and sends what it appends, until Done.
//   - The engine gives Receive the body of each command frame, found with
//     ParseFrame, until Done. Receive keeps nothing of the body.
//   - A mechanism that waits for an answer from elsewhere, such as an
//     authenticator, is Suspended: the engine calls neither Next nor Receive. The
//     mechanism calls [Connection].Resume when the answer is there, and the engine
//     calls Next again. The limit of the handshake's time is the engine's.
//   - An error of Next or Receive is final: the engine sends what that call of Next,
//     or one more call after Receive, appends (an ERROR with the reason for the peer,
//     or nothing), and closes the connection.
//   - Done means that both sides are finished: there is nothing left to send or to
//     receive, and PeerMetadata is complete. A later command is not for the
//     mechanism. From here on Codec has the bytes of both directions.
//   - Close is the last call.
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

	// Resume continues a handshake that is Suspended no longer. Any goroutine may
	// call it, any number of times, also within a call of the mechanism, and when
	// the connection is gone.
	Resume func()
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
	// Suspended reports whether the mechanism waits for an answer from elsewhere.
	Suspended() bool
	// Done reports whether the handshake has succeeded.
	Done() bool
	// PeerMetadata is what the peer says about itself; nil until it is received.
	// The caller may keep it and must not change it.
	PeerMetadata() wire.Metadata
	// Codec returns what encodes and decodes the traffic after the handshake; nil
	// if the traffic is plain.
	Codec() wire.Codec
	// Close ends the use of the mechanism, whether or not it is Done: an answer is
	// not waited for any longer. A Codec that was returned can still be used.
	Close()
}
