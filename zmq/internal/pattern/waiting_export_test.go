package pattern

// Senders is how many goroutines wait for room.
func Senders(s *Socket) int {
	s.sendMu.Lock()
	defer s.sendMu.Unlock()
	return s.senders.Len()
}

// OnLoan reports whether messages can be taken without the receive lock.
func OnLoan(s *Socket) bool { return s.receiveQueue.fastPath.Load() != nil }

// Receivers is how many goroutines wait for a message.
func Receivers(s *Socket) int {
	s.receiveQueue.mu.Lock()
	defer s.receiveQueue.mu.Unlock()
	return s.receiveQueue.waiters.Len()
}
