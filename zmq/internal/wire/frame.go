package wire

import (
	"encoding/binary"
	"fmt"
	"math"
)

// The flags of a frame, its first byte (RFC 37, "Framing"):
//
//	bit   7 6 5 4 3    2        1       0
//	    | reserved | COMMAND | LONG  | MORE |
//
// A sender clears the reserved bits, and MORE on a command. A receiver ignores
// them, as libzmq does: they do not affect where a frame ends.
//
// A short frame carries its size in one byte, a long one in eight, big-endian:
//
//	short  flags size(1) body(0..255)
//	long   flags size(8) body(0..2^63-1)
const (
	FlagMore    byte = 1 // more frames of the same message follow; ignored on a command
	FlagLong    byte = 2 // the size takes eight bytes
	FlagCommand byte = 4 // the body is a command, not part of a message

	flagsKnown = FlagMore | FlagLong | FlagCommand
)

const (
	// MaxFrameHeader is the most bytes a frame header takes.
	MaxFrameHeader = 9

	shortFrameHeader = 2
	maxShortSize     = math.MaxUint8
)

// AppendFrameHeader appends the header of a frame with a body of size bytes,
// in the shortest form: it sets FlagLong itself when size > 255 and ignores it
// in flags. size must not be negative.
func AppendFrameHeader(dst []byte, flags byte, size int) []byte {
	if uint(size) <= maxShortSize {
		return append(dst, flags&^FlagLong, byte(size))
	}
	return appendLongHeader(dst, flags, size)
}

// appendLongHeader is a separate function, so that the short case is inlined in
// the caller.
func appendLongHeader(dst []byte, flags byte, size int) []byte {
	return binary.BigEndian.AppendUint64(append(dst, flags|FlagLong), uint64(size))
}

// ParseFrameHeader parses the header at the start of b and returns the frame's
// flags, the size of its body in bytes and n, the bytes of the header: 2 or 9.
// n == 0 with a nil error means that more bytes are needed. A long header with
// a size that would fit a short one is legal. flags has no reserved bits, and no
// MORE on a command.
//
// The error wraps ErrFrame: a size above 2^63-1. It is reported at the first byte
// that proves it.
func ParseFrameHeader(b []byte) (flags byte, size uint64, n int, err error) {
	// The common case is a short message frame.
	if len(b) < shortFrameHeader || b[0] > FlagMore {
		return parseFrameHeader(b)
	}
	return b[0], uint64(b[1]), shortFrameHeader, nil
}

func parseFrameHeader(b []byte) (flags byte, size uint64, n int, err error) {
	if len(b) == 0 {
		return 0, 0, 0, nil
	}
	flags = b[0] & flagsKnown
	if flags&FlagCommand != 0 {
		flags &^= FlagMore
	}
	if flags&FlagLong == 0 {
		if len(b) < shortFrameHeader {
			return 0, 0, 0, nil
		}
		return flags, uint64(b[1]), shortFrameHeader, nil
	}
	if len(b) > 1 && b[1] > math.MaxInt8 {
		return 0, 0, 0, fmt.Errorf("%w: size above 2^63-1 (its first byte is 0x%02x)", ErrFrame, b[1])
	}
	if len(b) < MaxFrameHeader {
		return 0, 0, 0, nil
	}
	return flags, binary.BigEndian.Uint64(b[1:MaxFrameHeader]), MaxFrameHeader, nil
}
