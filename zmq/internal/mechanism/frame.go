package mechanism

import (
	"fmt"

	"github.com/actum-go/actum/zmq/internal/wire"
)

// MaxCommand is the largest body of a handshake command, in bytes. ZMTP allows
// 2^63-1, from a peer that is not authenticated yet. The longest command that
// libzmq sends takes less than 1 KiB (CURVE's INITIATE with a routing id of 255
// bytes). The rest leaves room for properties of the application, and is small
// enough to hold for thousands of half-open connections.
const MaxCommand = 64 << 10

// ParseFrame finds the command frame at the start of b. A peer sends only such
// frames before the handshake is done. n is the length of the frame, or 0 while b
// does not hold all of it. body aliases b. The error wraps wire.ErrFrame,
// ErrTooLarge or ErrUnexpected, and is reported as soon as the frame's header is
// complete.
func ParseFrame(b []byte) (body []byte, n int, err error) {
	flags, size, header, err := wire.ParseFrameHeader(b)
	if err != nil || header == 0 {
		return nil, 0, err
	}
	if flags&wire.FlagCommand == 0 {
		return nil, 0, errMessage
	}
	if size > MaxCommand {
		return nil, 0, tooLarge(size)
	}
	n = header + int(size)
	if len(b) < n {
		return nil, 0, nil
	}
	return b[header:n:n], n, nil
}

func tooLarge(size uint64) error {
	return fmt.Errorf("%w: %d bytes, at most %d are allowed", ErrTooLarge, size, MaxCommand)
}
