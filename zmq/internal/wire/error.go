package wire

import "fmt"

// ERROR ends a handshake that a peer refuses to continue (RFC 37, "Error
// Handling"). It is fatal: the receiver closes the connection.
//
//	| reason size | reason |
//	|      1      | 0..255 |

// AppendError appends the frame of an ERROR command. A reason has at most 255
// bytes of printable text; the rest of a longer one is cut off.
func AppendError(dst []byte, reason string) []byte {
	reason = reason[:min(len(reason), maxNameSize)]
	dst = appendCommandHeader(dst, CommandError, 1+len(reason))
	dst = append(dst, byte(len(reason)))
	return append(dst, reason...)
}

// ParseError parses the data of an ERROR command. reason aliases data and may
// hold any bytes: quote it before you show it. Bytes after the reason are
// ignored, as in libzmq. The error wraps ErrCommand.
func ParseError(data []byte) (reason []byte, err error) {
	if len(data) == 0 {
		return nil, fmt.Errorf("%w: ERROR without a reason", ErrCommand)
	}
	size := int(data[0])
	if size > len(data)-1 {
		return nil, fmt.Errorf("%w: ERROR with a reason of %d bytes, of which %d are there", ErrCommand, size, len(data)-1)
	}
	return data[1 : 1+size], nil
}
