package wire

// PONG answers a PING (RFC 37, "Connection Heartbeating"). Its data is the
// PING's context, 0 to 16 bytes. Nothing reads that: any bytes are a sign of life.

// AppendPong appends the frame of a PONG command. context has at most 16 bytes;
// the rest of a longer one is cut off.
func AppendPong(dst, context []byte) []byte {
	context = cutContext(context)
	dst = appendCommandHeader(dst, CommandPong, len(context))
	return append(dst, context...)
}
