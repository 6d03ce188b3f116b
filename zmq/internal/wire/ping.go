package wire

import (
	"encoding/binary"
	"fmt"
	"math"
	"time"
)

// PING asks a 3.1 peer for a sign of life (RFC 37, "Connection Heartbeating").
//
//	| TTL in 0.1 s, big-endian | context |
//	|            2             |  0..16  |
//
// The peer answers with a PONG that carries the same context, and may close the
// connection when it hears nothing for TTL, unless that is 0.

const (
	// MaxPingContext is the largest size of a PING's context, in bytes.
	MaxPingContext = 16
	// MaxPingTTL is the longest TTL that a PING can carry.
	MaxPingTTL = math.MaxUint16 * ttlUnit

	ttlUnit = 100 * time.Millisecond
	ttlSize = 2
)

// AppendPing appends the frame of a PING command. ttl is rounded up to 0.1 s and
// cut at MaxPingTTL; 0 or less sends none. context has at most 16 bytes; the
// rest of a longer one is cut off.
func AppendPing(dst []byte, ttl time.Duration, context []byte) []byte {
	context = cutContext(context)
	dst = appendCommandHeader(dst, CommandPing, ttlSize+len(context))
	dst = binary.BigEndian.AppendUint16(dst, ttlUnits(ttl))
	return append(dst, context...)
}

// ttlUnits rounds up, because a TTL that is too short would close a live
// connection.
func ttlUnits(ttl time.Duration) uint16 {
	ttl = min(max(ttl, 0), MaxPingTTL)
	return uint16((ttl + ttlUnit - 1) / ttlUnit)
}

// ParsePing parses the data of a PING command. context aliases data; the caller
// sends it back in a PONG. Bytes beyond the largest context are cut off, as in
// libzmq. The error wraps ErrCommand.
func ParsePing(data []byte) (ttl time.Duration, context []byte, err error) {
	if len(data) < ttlSize {
		return 0, nil, fmt.Errorf("%w: PING without a TTL", ErrCommand)
	}
	ttl = time.Duration(binary.BigEndian.Uint16(data)) * ttlUnit
	return ttl, cutContext(data[ttlSize:]), nil
}

func cutContext(context []byte) []byte { return context[:min(len(context), MaxPingContext)] }
