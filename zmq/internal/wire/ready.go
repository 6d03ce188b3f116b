package wire

// READY ends a NULL handshake, and with other contents that of every other
// mechanism (RFC 37, "The NULL Security Mechanism"). Its data is the sender's
// metadata.

// AppendReady appends the frame of a READY command. m must be valid.
func AppendReady(dst []byte, m Metadata) []byte {
	dst = appendCommandHeader(dst, CommandReady, m.size())
	return m.Append(dst)
}

// ParseReady parses the data of a READY command. The result is a copy.
func ParseReady(data []byte) (Metadata, error) {
	return ParseMetadata(data)
}
