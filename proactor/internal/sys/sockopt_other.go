//go:build !unix && !windows

package sys

import (
	"errors"
	"fmt"
	"net"

	"github.com/actum-go/actum/proactor/internal/backend"
)

var errNoOptions = fmt.Errorf("options of sockets: %w", errors.ErrUnsupported)

// SetSockopt fails: this system has no such options. So do the functions below.
func SetSockopt(fd, level, option, value int) error { return errNoOptions }

// Sockopt fails.
func Sockopt(fd, level, option int) (int, error) { return 0, errNoOptions }

// SetNoDelay fails.
func SetNoDelay(fd int, on bool) error { return errNoOptions }

// SetTypeOfService fails.
func SetTypeOfService(fd, value int) error { return errNoOptions }

// SetKeepAlive fails.
func SetKeepAlive(fd int, c net.KeepAliveConfig) error { return errNoOptions }

// SetSocketOptions does nothing, unless o asks for what this system has not.
func SetSocketOptions(fd int, o *backend.SocketOptions) error {
	if o.ReusePort || o.Device != "" || o.TypeOfService != 0 || o.Control != nil {
		return errNoOptions
	}
	return nil
}
