package goroutine

import (
	"syscall"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

var _ backend.HangUps = (*stream)(nil)

// HungUp implements backend.HangUps.
func (s *stream) HungUp() (hungUp bool) {
	c, ok := s.conn.(syscall.Conn)
	if !ok {
		return false
	}
	raw, err := c.SyscallConn()
	if err == nil {
		err = raw.Control(func(fd uintptr) { hungUp = sys.HungUp(int(fd)) })
	}
	return err == nil && hungUp
}
