package session

// Attempting reports whether s has what it takes to connect. The dispatcher must not
// run meanwhile.
func Attempting(s *Dialer) bool { return s.attempt != nil }

// Outstanding reports whether an operation of s, but those of its engine, is.
func Outstanding(s *Dialer) bool {
	return s.resolved != nil || s.attempt != nil && (s.connectOp.Outstanding() || s.timerOp.Outstanding())
}
