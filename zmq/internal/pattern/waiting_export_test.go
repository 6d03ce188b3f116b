package pattern

// Senders returns the number of goroutines that wait for room.
func Senders(s *Socket) int {
	s.sendMu.Lock()
	defer s.sendMu.Unlock()
	return s.senders.Len()
}

// Published reports whether messages can be received without the receive lock.
func Published(s *Socket) bool { return s.receiveQueue.fastPath.Load() != nil }

// Receivers returns the number of goroutines that wait for a message.
func Receivers(s *Socket) int {
	s.receiveQueue.mu.Lock()
	defer s.receiveQueue.mu.Unlock()
	return s.receiveQueue.waiters.Len()
}
