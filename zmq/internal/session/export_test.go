package session

// Attempting reports whether s holds the state of an attempt to connect. The
// dispatcher must not run meanwhile.
func Attempting(s *Dialer) bool { return s.dialing != nil || s.retry != nil }

// Outstanding reports whether an operation of s is outstanding, not counting
// those of its engine.
func Outstanding(s *Dialer) bool { return Attempting(s) }

// LimitHandshakes sets how many connections of l may be in their handshake.
func LimitHandshakes(l *Listener, n int) { l.handshakes.Max = n }
