package pipe

// Counter counts the messages that have passed through the pipes of a socket in
// one direction, and their payload in bytes. The lock of that direction guards
// it: pipes count whole batches at moments when they hold the lock anyway.
type Counter struct{ Msgs, Bytes uint64 }

// Add counts messages.
func (t *Counter) Add(msgs, size int) {
	t.Msgs += uint64(msgs)
	t.Bytes += uint64(size)
}
