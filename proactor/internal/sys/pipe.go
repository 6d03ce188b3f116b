package sys

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// ErrNotWaitable is why a file that is neither a pipe nor a terminal is not adopted.
var ErrNotWaitable = fmt.Errorf("it cannot be waited for: use OpenFile: %w", errors.ErrUnsupported)

// PipeError is the error of a call on a descriptor that is not a socket, in the form of
// package os.
func PipeError(call, name string, errno syscall.Errno) error {
	return &os.PathError{Op: call, Path: name, Err: errno}
}
