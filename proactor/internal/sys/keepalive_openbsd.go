package sys

import (
	"errors"
	"fmt"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// SetKeepAlive turns TCP's keep-alive probes on or off: their times belong to the whole
// system.
func SetKeepAlive(fd int, c net.KeepAliveConfig) error {
	if c.Idle > 0 || c.Interval > 0 || c.Count > 0 {
		return fmt.Errorf("keep-alive times of one socket: %w", errors.ErrUnsupported)
	}
	return os.NewSyscallError("setsockopt SO_KEEPALIVE", unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_KEEPALIVE, one(c.Enable)))
}
