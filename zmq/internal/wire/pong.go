package wire

// PONG answers a PING (RFC 37, "Connection Heartbeating"). Its data is the
// PING's context, 0 to 16 bytes.

// AppendPong appends the frame of a PONG command. context has at most 16 bytes;
// the rest of a longer one is cut off.
func AppendPong(dst, context []byte) []byte {
	context = cutContext(context)
	dst = appendCommandHeader(dst, CommandPong, len(context))
	return append(dst, context...)
}

// ParsePong parses the data of a PONG command. context aliases data. Bytes beyond
// the largest context are cut off.
func ParsePong(data []byte) (context []byte) { return cutContext(data) }
