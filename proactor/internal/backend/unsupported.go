package backend

import (
	"errors"
	"fmt"
	"net"
)

// Unsupported returns err, the error of a listen or a connect. If err means that
// the system has no Unix sockets, the result says so and unwraps to
// errors.ErrUnsupported.
func Unsupported(network string, err error) error {
	o, ok := err.(*net.OpError)
	if !ok || !IsUnix(network) || !errors.Is(err, EAFNOSUPPORT) {
		return err
	}
	unsupported := *o
	unsupported.Err = fmt.Errorf("%w: this system has no unix sockets: %w", errors.ErrUnsupported, o.Err)
	return &unsupported
}
