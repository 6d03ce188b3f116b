package pattern

// Senders is how many senders wait.
func (s *Socket) Senders() int {
	s.sendMu.Lock()
	defer s.sendMu.Unlock()
	return s.senders.Len()
}

// Prefixes is how many prefixes a PUB remembers, also of those who left.
func (s *Socket) Prefixes() int {
	s.sendMu.Lock()
	defer s.sendMu.Unlock()
	return s.kind.(*pub).index.Prefixes()
}
