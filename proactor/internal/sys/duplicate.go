package sys

import (
	"os"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// DuplicateFile returns the regular file of f with a descriptor of its own. The error
// is a *os.PathError.
func DuplicateFile(f backend.SystemFile) (own File, err error) {
	c, err := f.SyscallConn()
	if err != nil {
		return own, err
	}
	if e := c.Control(func(uintptr) {}); e != nil { // Stat would not return os.ErrClosed on Windows
		return own, &os.PathError{Op: "adopt", Path: f.Name(), Err: os.ErrClosed}
	}
	info, err := f.Stat()
	if err != nil {
		return own, err
	}
	if err = errNotAFile; info.Mode().IsRegular() {
		if e := c.Control(func(old uintptr) { own, err = duplicate(old) }); e != nil {
			err = os.ErrClosed
		}
	}
	if err != nil {
		return own, &os.PathError{Op: "adopt", Path: f.Name(), Err: err}
	}
	return own, nil
}
