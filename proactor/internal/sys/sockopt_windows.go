package sys

import (
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"golang.org/x/sys/windows"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// SetSockopt sets an option whose value is an int.
func SetSockopt(fd, level, option, value int) error {
	return os.NewSyscallError("setsockopt", windows.SetsockoptInt(windows.Handle(fd), level, option, value))
}

// Sockopt returns an option whose value is an int.
func Sockopt(fd, level, option int) (int, error) {
	value, err := windows.GetsockoptInt(windows.Handle(fd), level, option)
	return value, os.NewSyscallError("getsockopt", err)
}

// SetNoDelay sets TCP_NODELAY.
func SetNoDelay(fd int, on bool) error {
	return SetSockopt(fd, windows.IPPROTO_TCP, windows.TCP_NODELAY, one(on))
}

// SetTypeOfService sets IP_TOS, of IPv4 only.
func SetTypeOfService(fd, value int) error {
	return SetSockopt(fd, windows.IPPROTO_IP, windows.IP_TOS, value)
}

// SetKeepAlive configures TCP's keep-alive probes; 0 keeps a value.
func SetKeepAlive(fd int, c net.KeepAliveConfig) error {
	if err := SetSockopt(fd, windows.SOL_SOCKET, windows.SO_KEEPALIVE, one(c.Enable)); err != nil {
		return err
	}
	for _, o := range []struct{ option, value int }{
		{windows.TCP_KEEPIDLE, seconds(c.Idle)}, {windows.TCP_KEEPINTVL, seconds(c.Interval)}, {windows.TCP_KEEPCNT, c.Count},
	} {
		if o.value <= 0 {
			continue
		}
		if err := SetSockopt(fd, windows.IPPROTO_TCP, o.option, o.value); err != nil {
			return err
		}
	}
	return nil
}

// SetSocketOptions sets the options of a socket that is neither bound nor connected.
func SetSocketOptions(fd int, o *backend.SocketOptions) error {
	if err := SetBuffers(fd, o.SendBuffer, o.RecvBuffer); err != nil {
		return err
	}
	if o.ReusePort {
		return fmt.Errorf("SO_REUSEPORT: %w", errors.ErrUnsupported)
	}
	if o.Device != "" {
		if err := bindToDevice(fd, o.Device); err != nil {
			return err
		}
	}
	if o.TypeOfService != 0 {
		if err := SetTypeOfService(fd, o.TypeOfService); err != nil {
			return err
		}
	}
	if o.Control != nil {
		return o.Control(uintptr(fd))
	}
	return nil
}

// seconds rounds d up.
func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

func one(on bool) int {
	if on {
		return 1
	}
	return 0
}
