package backend

import (
	"errors"
	"slices"
)

// Exhausted reports whether an accept has failed for want of something that will
// be there again: descriptors or memory. The connection waits in the listener's
// queue meanwhile.
func IsResourceError(err error) bool {
	return slices.ContainsFunc(resourceErrors, func(e error) bool { return errors.Is(err, e) })
}
