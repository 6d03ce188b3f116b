package sim

import "github.com/actum-go/actum/proactor/internal/backend"

var _ backend.HangUps = (*stream)(nil)

// HungUp implements backend.HangUps.
func (s *stream) HungUp() bool {
	n := s.conn.net
	n.mu.Lock()
	defer n.mu.Unlock()
	n.readClock()
	return s.closed == nil && (s.in.fin != nil || s.in.reset)
}
