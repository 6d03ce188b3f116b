//go:build !unix && !windows

package sys

import (
	"errors"
	"fmt"
	"os"
)

// AdoptFile fails: pipes of this system cannot be waited for without a thread.
func AdoptFile(f *os.File) (*os.File, error) {
	err := fmt.Errorf("pipes and terminals cannot be adopted on this system: %w", errors.ErrUnsupported)
	return nil, &os.PathError{Op: "adopt", Path: f.Name(), Err: err}
}
