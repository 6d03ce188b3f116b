package wire

import (
	"encoding/binary"
	"fmt"
)

// parseProperty parses the property at the start of b. The value aliases b.
func parseProperty(b []byte) (p Property, rest []byte, err error) {
	name, value, rest, err := splitProperty(b)
	if err != nil {
		return Property{}, nil, err
	}
	return Property{Name: propertyName(name), Value: value}, rest, nil
}

// splitProperty splits off the first property of b. It checks each length against
// the bytes that are there before using it.
func splitProperty(b []byte) (name, value, rest []byte, err error) {
	nameEnd := 1 + int(b[0])
	if len(b) < nameEnd+valueSizeSize {
		return nil, nil, nil, fmt.Errorf("%w: cut off in a name of %d bytes", ErrMetadata, b[0])
	}
	name = b[1:nameEnd]
	size := binary.BigEndian.Uint32(b[nameEnd:])
	b = b[nameEnd+valueSizeSize:]
	if uint64(size) > uint64(len(b)) {
		return nil, nil, nil, fmt.Errorf("%w: %.32q of %d bytes, of which %d are there", ErrMetadata, name, size, len(b))
	}
	return name, b[:size:size], b[size:], nil
}

// checkName checks a property's name against the grammar. A peer's names are not
// checked, as in libzmq, because they do no harm.
func checkName(name []byte) error {
	if len(name) == 0 || len(name) > maxNameSize {
		return fmt.Errorf("%w: a name of %d bytes, 1 to 255 are allowed", ErrMetadata, len(name))
	}
	for _, c := range name {
		if !isAlpha(c) && !('0' <= c && c <= '9') && c != '-' && c != '_' && c != '.' && c != '+' {
			return fmt.Errorf("%w: byte 0x%02x in a name", ErrMetadata, c)
		}
	}
	return nil
}

// propertyName allocates only for a name that is not in the RFC.
func propertyName(name []byte) string {
	switch string(name) {
	case PropertySocketType:
		return PropertySocketType
	case PropertyIdentity:
		return PropertyIdentity
	case PropertyResource:
		return PropertyResource
	default:
		return string(name)
	}
}
