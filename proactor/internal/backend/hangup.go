package backend

// HangUps is a Handle that can detect that its peer has hung up while bytes that
// the peer sent are still unread. On other backends only a read detects it.
type HangUps interface {
	// HungUp reports whether the peer has ended its side of the stream, or the
	// connection is broken. It neither waits nor consumes bytes. Any goroutine may
	// call it.
	HungUp() bool
}
