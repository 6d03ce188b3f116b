// Package mechanism is the security handshake of ZMTP: what the peers say to
// each other between greeting and first message (RFC 37, "Authentication and
// Confidentiality"). It does no I/O.
//
// What both sides promise:
//
//   - One Mechanism serves one connection and is used by one goroutine at a time.
//   - The session calls Next once the greetings are exchanged and again after
//     each Receive, and sends what it appends, until Done. A mechanism that waits
//     for an answer from elsewhere (an authenticator) appends nothing: the session
//     calls Next again when the answer is there.
//   - The session gives Receive the body of each command frame, found with
//     ParseFrame, until Done. Receive keeps nothing of the body.
//   - An error of Next or Receive is final: the session calls Next once more, sends
//     what it appends (an ERROR that tells the peer why, or nothing), and closes
//     the connection.
//   - Done means that both sides are finished: nothing is left to send or to
//     receive, and PeerMetadata is complete. A command that comes after it is not
//     the mechanism's.
package mechanism

import "github.com/actum-go/actum/zmq/internal/wire"

// Mechanism is one side of a handshake.
type Mechanism interface {
	// Name is what the greeting announces: both sides must name the same.
	Name() string
	// Next appends the command frames that are to be sent now to dst, and returns
	// dst as it was if there are none.
	Next(dst []byte) ([]byte, error)
	// Receive takes the body of one command frame. Its errors wrap one of this
	// package's or of wire's.
	Receive(body []byte) error
	// Done says whether the handshake has succeeded.
	Done() bool
	// PeerMetadata is what the peer says about itself; nil until it has. The
	// caller may keep it and must not change it.
	PeerMetadata() wire.Metadata
}
