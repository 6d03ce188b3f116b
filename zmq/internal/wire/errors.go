package wire

import "errors"

// Every error of this package wraps one of these, which name the part of ZMTP
// that the peer violated.
var (
	// ErrSignature says that the peer does not speak ZMTP at all.
	ErrSignature = errors.New("peer does not speak ZMTP")
	// ErrVersion says that the peer speaks a ZMTP older than 3.0.
	ErrVersion = errors.New("peer speaks an unsupported ZMTP version")
	// ErrGreeting says that a greeting is malformed after its signature.
	ErrGreeting = errors.New("malformed ZMTP greeting")
	// ErrFrame is a frame header that ZMTP does not allow.
	ErrFrame = errors.New("malformed ZMTP frame header")
	// ErrCommand is a command whose name or data ZMTP does not allow.
	ErrCommand = errors.New("malformed ZMTP command")
	// ErrMetadata is a list of properties that is cut off or has an invalid name.
	ErrMetadata = errors.New("malformed ZMTP metadata")
	// ErrSocketType is the name of a socket type that does not exist.
	ErrSocketType = errors.New("unknown socket type")
	// ErrIncompatible says that the two socket types cannot be connected.
	ErrIncompatible = errors.New("socket types do not go together")
)
