package goroutine

import (
	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/files"
)

// transmit carries a transmission out. Its result has both the number of bytes
// written before an error, and the error.
func (s *stream) transmit(op *backend.Op) {
	t := op.Transmission()
	err := s.send(t)
	op.N = t.Moved()
	var name, network string
	if p, ok := s.conn.(pipe); ok {
		name = p.Name()
	} else {
		network = s.conn.RemoteAddr().Network()
	}
	op.Err = files.TransmitError(name, network, s.conn.LocalAddr(), s.conn.RemoteAddr(), err)
}
