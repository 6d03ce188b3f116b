package wire

import (
	"fmt"
	"math"
)

// A command is one frame with FlagCommand (RFC 37, "Formal Grammar"):
//
//	| frame header | name size | name   | data |
//	|    2 or 9    |     1     | 1..255 |  ... |
//
// Each command has a file of its own. Append functions make the whole frame; Parse
// functions take the data that ParseCommand returned.

// The names of the commands that RFC 37 defines.
const (
	CommandReady     = "READY"
	CommandError     = "ERROR"
	CommandSubscribe = "SUBSCRIBE"
	CommandCancel    = "CANCEL"
	CommandPing      = "PING"
	CommandPong      = "PONG"
)

const maxNameSize = math.MaxUint8

// appendCommandHeader appends everything but the data; dataSize bytes must
// follow.
func appendCommandHeader(dst []byte, name string, dataSize int) []byte {
	dst = AppendFrameHeader(dst, FlagCommand, 1+len(name)+dataSize)
	dst = append(dst, byte(len(name)))
	return append(dst, name...)
}

// ParseCommand splits the body of a command frame, without its header, into the
// command's name and its data. Both alias body; comparing string(name) does not
// allocate. The error wraps ErrCommand.
func ParseCommand(body []byte) (name, data []byte, err error) {
	if len(body) == 0 {
		return nil, nil, errCommandEmpty
	}
	size := int(body[0])
	if size == 0 {
		return nil, nil, errCommandUnnamed
	}
	if size > len(body)-1 {
		return nil, nil, fmt.Errorf("%w: a name of %d bytes in a body of %d", ErrCommand, size, len(body))
	}
	name, data = body[1:1+size:1+size], body[1+size:]
	for _, c := range name {
		if !isAlpha(c) {
			return nil, nil, fmt.Errorf("%w: byte 0x%02x in its name", ErrCommand, c)
		}
	}
	return name, data, nil
}

var (
	errCommandEmpty   = fmt.Errorf("%w: empty body", ErrCommand)
	errCommandUnnamed = fmt.Errorf("%w: empty name", ErrCommand)
)

func isAlpha(c byte) bool {
	return 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}
