package goroutine

import (
	"errors"
	"syscall"

	"github.com/actum-go/actum/proactor/internal/backend"
)

var _, _, _ backend.Controllable = (*stream)(nil), (*listener)(nil), (*packet)(nil)

// Control implements backend.Controllable.
func (s *stream) Control(f func(fd uintptr)) error { return control(s.conn, f) }

// Control implements backend.Controllable.
func (l *listener) Control(f func(fd uintptr)) error { return control(l.ln, f) }

// Control implements backend.Controllable.
func (p *packet) Control(f func(fd uintptr)) error { return control(p.conn, f) }

func control(conn any, f func(fd uintptr)) error {
	c, ok := conn.(syscall.Conn)
	if !ok {
		return errors.ErrUnsupported // a pipe
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	if raw.Control(f) != nil {
		return backend.ErrHandleClosed
	}
	return nil
}
