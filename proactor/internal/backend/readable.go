package backend

// Readables is a Handle that can carry out operations of KindReadable, which wait
// until TryRead would not return ErrWouldBlock: bytes have arrived, or the stream has
// ended or is broken. They move no bytes. One may complete without a reason, so the
// initiator calls TryRead, and starts another one if that finds nothing. TryRead may
// be called while one is outstanding.
type Readables interface {
	// CanAwaitReadable reports whether this handle can.
	CanAwaitReadable() bool
}
