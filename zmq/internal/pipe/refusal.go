package pipe

// Refusal says why an engine does not receive a message of its peer's.
type Refusal uint8

// The reasons.
const (
	// RefusedTooLarge: it exceeds a limit on frames or messages. The connection is
	// closed.
	RefusedTooLarge Refusal = iota
	// RefusedMalformed: it is not ZMTP. The connection is closed.
	RefusedMalformed
	// RefusedUnexpected: the socket does not receive such messages. The connection
	// goes on.
	RefusedUnexpected
)
