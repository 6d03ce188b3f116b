//go:build unix

package sys

import (
	"os"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// SetSockopt sets an option whose value is an int.
func SetSockopt(fd, level, option, value int) error {
	return os.NewSyscallError("setsockopt", unix.SetsockoptInt(fd, level, option, value))
}

// Sockopt returns an option whose value is an int.
func Sockopt(fd, level, option int) (int, error) {
	value, err := unix.GetsockoptInt(fd, level, option)
	return value, os.NewSyscallError("getsockopt", err)
}

// SetNoDelay sets TCP_NODELAY.
func SetNoDelay(fd int, on bool) error {
	return os.NewSyscallError("setsockopt TCP_NODELAY", unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, one(on)))
}

// SetTypeOfService sets IP_TOS, or IPV6_TCLASS of an IPv6 socket, which may carry IPv4
// as well.
func SetTypeOfService(fd, value int) error {
	err := unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_TCLASS, value)
	if err4 := unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_TOS, value); err4 == nil || err != nil {
		return os.NewSyscallError("setsockopt IP_TOS", err4)
	}
	return nil
}

// SetSocketOptions sets the options of a socket that is neither bound nor connected.
func SetSocketOptions(fd int, o *backend.SocketOptions) error {
	if err := SetBuffers(fd, o.SendBuffer, o.RecvBuffer); err != nil {
		return err
	}
	if o.ReusePort {
		if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, soReusePort, 1); err != nil {
			return os.NewSyscallError("setsockopt SO_REUSEPORT", err)
		}
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

func one(on bool) int {
	if on {
		return 1
	}
	return 0
}
