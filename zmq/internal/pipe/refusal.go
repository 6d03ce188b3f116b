package pipe

// Refusal says why an engine does not receive a message.
type Refusal uint8

// The reasons.
const (
	// RefusedTooLarge: the message exceeds a limit on frames or messages. The
	// connection is closed.
	RefusedTooLarge Refusal = iota
	// RefusedMalformed: the bytes are not ZMTP. The connection is closed.
	RefusedMalformed
	// RefusedUnexpected: the socket does not receive such messages. The
	// connection stays open.
	RefusedUnexpected
)
