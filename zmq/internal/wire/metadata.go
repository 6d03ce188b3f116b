package wire

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
)

// Metadata is what a peer says about the connection at the end of the handshake
// (RFC 37, "Connection Metadata"): properties, one after the other.
//
//	| name size | name   | value size, big-endian | value       |
//	|     1     | 1..255 |           4            | 0..2^31-1   |
//
// Names are compared without regard to case.
type Metadata []Property

// Property is a named value: text or bytes, depending on the name.
type Property struct {
	Name  string // letters, digits and - _ . +; a peer's may be any bytes
	Value []byte
}

// The properties that RFC 37 defines. An application's names begin with "X-".
const (
	PropertySocketType = "Socket-Type"
	PropertyIdentity   = "Identity"
	PropertyResource   = "Resource"
)

const (
	valueSizeSize = 4
	maxValueSize  = math.MaxInt32

	// MaxIdentity is the largest size of the Identity property, in bytes.
	MaxIdentity = 255
)

// Get returns the value of the first property called name, in any case. The
// result aliases the metadata.
func (m Metadata) Get(name string) (value []byte, ok bool) {
	for i := range m {
		if strings.EqualFold(m[i].Name, name) {
			return m[i].Value, true
		}
	}
	return nil, false
}

// SocketType returns the type that the Socket-Type property names. ok is false
// if there is none, which is legal. The error wraps ErrSocketType.
func (m Metadata) SocketType() (t SocketType, ok bool, err error) {
	value, ok := m.Get(PropertySocketType)
	if !ok {
		return 0, false, nil
	}
	t, err = ParseSocketType(value)
	return t, err == nil, err
}

// Identity returns the peer's routing id: empty if it has none. The error wraps
// ErrMetadata: more than 255 bytes, or a first byte of 0, which is reserved for
// ids that a ROUTER makes up (RFC 37, "The Identity Property").
func (m Metadata) Identity() ([]byte, error) {
	id, _ := m.Get(PropertyIdentity)
	if len(id) > MaxIdentity {
		return nil, fmt.Errorf("%w: Identity of %d bytes, at most %d are allowed", ErrMetadata, len(id), MaxIdentity)
	}
	if len(id) > 0 && id[0] == 0 {
		return nil, fmt.Errorf("%w: Identity begins with a zero byte", ErrMetadata)
	}
	return id, nil
}

// Append appends the properties in the form of a READY command's data. m must be
// valid.
func (m Metadata) Append(dst []byte) []byte {
	for i := range m {
		dst = append(dst, byte(len(m[i].Name)))
		dst = append(dst, m[i].Name...)
		dst = binary.BigEndian.AppendUint32(dst, uint32(len(m[i].Value)))
		dst = append(dst, m[i].Value...)
	}
	return dst
}

// size returns the number of bytes that Append appends.
func (m Metadata) size() int {
	n := 0
	for i := range m {
		n += 1 + len(m[i].Name) + valueSizeSize + len(m[i].Value)
	}
	return n
}

// Validate checks that m can be sent. A program that adds its own properties must
// call it. The error wraps ErrMetadata.
func (m Metadata) Validate() error {
	for i := range m {
		if err := checkName([]byte(m[i].Name)); err != nil {
			return err
		}
		if len(m[i].Value) > maxValueSize {
			return fmt.Errorf("%w: %s has more than 2^31-1 bytes", ErrMetadata, m[i].Name)
		}
	}
	return nil
}

// ParseMetadata parses properties until the end of b. The result is a copy and
// takes memory in proportion to b. The error wraps ErrMetadata.
func ParseMetadata(b []byte) (Metadata, error) {
	count, err := countProperties(b)
	if err != nil || count == 0 {
		return nil, err
	}
	m := make(Metadata, 0, count)
	for b = bytes.Clone(b); len(b) > 0; {
		var p Property
		p, b, _ = parseProperty(b)
		m = append(m, p)
	}
	return m, nil
}

// countProperties checks all of b before ParseMetadata allocates anything.
func countProperties(b []byte) (count int, err error) {
	for len(b) > 0 {
		_, _, rest, err := splitProperty(b)
		if err != nil {
			return 0, err
		}
		count++
		b = rest
	}
	return count, nil
}
