//go:build !unix && !windows

package sys

import (
	"errors"
	"fmt"
	"os"
)

// AdoptFile fails: on this system a thread has to wait for each pipe.
func AdoptFile(f *os.File) (*os.File, error) {
	err := fmt.Errorf("pipes and terminals cannot be adopted on this system: %w", errors.ErrUnsupported)
	return nil, &os.PathError{Op: "adopt", Path: f.Name(), Err: err}
}
