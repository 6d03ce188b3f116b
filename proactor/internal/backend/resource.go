package backend

import (
	"errors"
	"slices"
)

// IsResourceError reports whether an accept has failed because there are
// temporarily no descriptors or no memory. The connection stays in the listener's
// queue.
func IsResourceError(err error) bool {
	return slices.ContainsFunc(resourceErrors, func(e error) bool { return errors.Is(err, e) })
}
