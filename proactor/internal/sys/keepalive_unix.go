//go:build unix && !openbsd

package sys

import (
	"net"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// SetKeepAlive configures TCP's keep-alive probes; 0 keeps a value.
func SetKeepAlive(fd int, c net.KeepAliveConfig) error {
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_KEEPALIVE, one(c.Enable)); err != nil {
		return os.NewSyscallError("setsockopt SO_KEEPALIVE", err)
	}
	for _, o := range []struct{ option, value int }{
		{keepIdle, seconds(c.Idle)}, {unix.TCP_KEEPINTVL, seconds(c.Interval)}, {unix.TCP_KEEPCNT, c.Count},
	} {
		if o.value <= 0 {
			continue
		}
		if err := unix.SetsockoptInt(fd, unix.IPPROTO_TCP, o.option, o.value); err != nil {
			return os.NewSyscallError("setsockopt TCP_KEEPIDLE, TCP_KEEPINTVL or TCP_KEEPCNT", err)
		}
	}
	return nil
}

// seconds rounds d up.
func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }
