//go:build !linux

package sys

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// File is an open file. Calls on it block while the disk is busy, and may run
// concurrently. Their errors are the system's own.
type File struct {
	f       *os.File
	appends bool
}

// errNotAFile is the error for named pipes, sockets, terminals and the like.
var errNotAFile = fmt.Errorf("this is not a file: it has no offsets to read or write at: %w", errors.ErrUnsupported)

// OpenFile opens a file. It checks the kind of the file before, because the open of a
// named pipe would wait for the other end.
func OpenFile(a *backend.OpenArgs) (File, error) {
	if i, err := os.Stat(a.Name); err == nil && !i.Mode().IsRegular() {
		if i.IsDir() {
			return File{}, syscall.EISDIR
		}
		return File{}, errNotAFile
	}
	f, err := os.OpenFile(a.Name, a.Flag, a.Perm)
	if err != nil {
		return File{}, systemError(err)
	}
	return File{f, a.Flag&os.O_APPEND != 0}, nil
}

// systemError returns the system's own error inside that of package os.
func systemError(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// Close closes the file.
func (f File) Close() { _ = f.f.Close() } // the file is closed also after an error

// ReadAt reads into b from off; 0 bytes are the end of the file.
func (f File) ReadAt(b []byte, off int64) (int, error) {
	n, err := f.f.ReadAt(b, off)
	if n > 0 || err == io.EOF {
		return n, nil
	}
	return n, systemError(err)
}

// ReadNow returns ErrWouldBlock: the system cannot tell what is in memory.
func (f File) ReadNow(b []byte, off int64) (int, error) { return 0, backend.ErrWouldBlock }

// WriteAt writes from b at off, or at the end of a file opened with O_APPEND.
func (f File) WriteAt(b []byte, off int64) (n int, err error) {
	if f.appends {
		n, err = f.f.Write(b)
	} else {
		n, err = f.f.WriteAt(b, off)
	}
	if n > 0 {
		return n, nil
	}
	return 0, systemError(err)
}

// Sync makes all of the file durable: package os cannot do less.
func (f File) Sync(int64) error { return systemError(f.f.Sync()) }

// Stat fills s in, except for the name.
func (f File) Stat(s *backend.Stat) error {
	i, err := f.f.Stat()
	if err != nil {
		return systemError(err)
	}
	s.Size, s.Mode, s.ModTime = i.Size(), i.Mode(), i.ModTime()
	return nil
}

// size returns the size of the file in bytes.
func (f File) size() (int64, error) {
	i, err := f.f.Stat()
	if err != nil {
		return 0, systemError(err)
	}
	return i.Size(), nil
}

// WillNeed does nothing: package os has no such call.
func (f File) WillNeed(off, size int64) {}
