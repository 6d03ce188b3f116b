package transport

// LimitHandshakes sets how many connections of a listener of l may be in their
// handshake.
func LimitHandshakes(l *Layer, n int) { l.maxHandshakes = n }
