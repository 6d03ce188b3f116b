package backend

import (
	"errors"
	"fmt"
	"net"
)

// Lacking is err, which a listen or a connect has failed with, in words if the
// reason is that the system has no Unix sockets: then it also unwraps to
// errors.ErrUnsupported.
func Unsupported(network string, err error) error {
	o, ok := err.(*net.OpError)
	if !ok || !IsUnix(network) || !errors.Is(err, EAFNOSUPPORT) {
		return err
	}
	lacking := *o
	lacking.Err = fmt.Errorf("%w: this system has no unix sockets: %w", errors.ErrUnsupported, o.Err)
	return &lacking
}
