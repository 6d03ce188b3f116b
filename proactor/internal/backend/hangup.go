package backend

// HangUps is a Handle that knows whether its peer has hung up, also while what the
// peer sent before has not been read. A backend without that is asked to read.
type HangUps interface {
	// HungUp reports whether the peer has ended its side of the stream, or the
	// connection is broken. It does not wait, and consumes nothing. Any goroutine.
	HungUp() bool
}
