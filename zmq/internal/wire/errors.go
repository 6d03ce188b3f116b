package wire

import "errors"

// Every error of this package is or wraps one of these: errors.Is tells what
// rule of ZMTP the peer broke.
var (
	// ErrFrame is a frame header that ZMTP does not allow (RFC 37, section 3.2).
	ErrFrame = errors.New("malformed ZMTP frame header")
)
