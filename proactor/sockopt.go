package proactor

import (
	"errors"
	"fmt"
	"net"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// Options of a socket that exists. Those that must be set before it is bound or connected
// are in SocketOptions. A simulated socket has none (errors.ErrUnsupported); in a replay
// nothing is set, and every option is 0.

// Control calls f with the descriptor of h, which stays open meanwhile: for calls of the
// system that this package does not have. f must not block, use h, or close or keep the
// descriptor, and must leave it non-blocking. The result is f's error, or says that h is
// closed or has no descriptor.
func (h *Handle) Control(f func(fd uintptr) error) error {
	c, ok := h.h.(backend.Controllable)
	if !ok {
		return fmt.Errorf("proactor: a handle of %s has no descriptor: %w", h.d.info.Name, errors.ErrUnsupported)
	}
	var err error
	if closed := c.Control(func(fd uintptr) { err = f(fd) }); closed != nil {
		return closed
	}
	return err
}

// option calls set with the descriptor of h, and names the handle in the error.
func (h *Handle) option(set func(fd int) error) error {
	if err := h.Control(func(fd uintptr) error { return set(int(fd)) }); err != nil {
		return fmt.Errorf("proactor: an option of %v: %w", h.LocalAddr(), err)
	}
	return nil
}

// SetSockopt sets any option whose value is an int: setsockopt(level, option, value), with
// the system's numbers.
func (h *Handle) SetSockopt(level, option, value int) error {
	return h.option(func(fd int) error { return sys.SetSockopt(fd, level, option, value) })
}

// Sockopt returns an option whose value is an int: getsockopt(level, option).
func (h *Handle) Sockopt(level, option int) (value int, err error) {
	err = h.option(func(fd int) (err error) {
		value, err = sys.Sockopt(fd, level, option)
		return err
	})
	return value, err
}

// SetKeepAlive configures the keep-alive probes of a TCP stream (RFC 1122, 4.2.3.6), or of
// the streams that a listener accepts. Durations are rounded up to seconds; 0 keeps the
// system's. Without it there are no probes.
func (h *Handle) SetKeepAlive(c net.KeepAliveConfig) error {
	return h.option(func(fd int) error { return sys.SetKeepAlive(fd, c) })
}

// SetNoDelay says whether a TCP stream sends small pieces at once (TCP_NODELAY), as it does
// by default, or collects them (Nagle's algorithm, RFC 896).
func (h *Handle) SetNoDelay(on bool) error {
	return h.option(func(fd int) error { return sys.SetNoDelay(fd, on) })
}

// SetTypeOfService sets the traffic class of the packets that h sends (IP_TOS, IPV6_TCLASS;
// RFC 2474): 0 to 255.
func (h *Handle) SetTypeOfService(value int) error {
	return h.option(func(fd int) error { return sys.SetTypeOfService(fd, value) })
}

// SetBuffers sets the sizes of the system's buffers in bytes (SO_SNDBUF, SO_RCVBUF); 0 keeps
// a size. Linux doubles them, and systems limit them.
func (h *Handle) SetBuffers(send, recv int) error {
	return h.option(func(fd int) error { return sys.SetBuffers(fd, send, recv) })
}
