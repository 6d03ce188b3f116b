package sys

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// File is the descriptor of an open file. Calls on it block while the disk is
// busy, and may run concurrently. Their errors are the system's numbers.
type File struct {
	fd int
}

// openFlags are added to the caller's flags. Without O_NONBLOCK the open of a named
// pipe, which FileOf rejects, would wait for the other end.
const openFlags = unix.O_CLOEXEC | unix.O_LARGEFILE | unix.O_NONBLOCK

// maxFileTransfer is the most that one call moves: the kernel's own limit.
const maxFileTransfer = 0x7ffff000

// QuickCopy is the most bytes that a read or write may move without notifying the Go
// scheduler of the system call. The bytes are there, so the call takes microseconds,
// and the notice would cost more.
const QuickCopy = 16 << 10

// errNotAFile is the error for named pipes, sockets, terminals and the like.
var errNotAFile = fmt.Errorf("this is neither a file nor a block device: it has no offsets to read or write at: %w", errors.ErrUnsupported)

// OpenFile opens a file.
func OpenFile(a *backend.OpenArgs) (File, error) {
	for {
		fd, err := unix.Open(a.Name, OpenFlags(a), OpenMode(a))
		switch err {
		case nil:
			return FileOf(fd)
		case unix.EINTR: // as happens on file systems in user space
		default:
			return File{-1}, err
		}
	}
}

// OpenFlags returns the flags for the kernel.
func OpenFlags(a *backend.OpenArgs) int { return a.Flag | openFlags }

// RawName puts the name into a.Raw in the kernel's form.
func RawName(a *backend.OpenArgs) (err error) {
	a.Raw, err = unix.ByteSliceFromString(a.Name)
	return err
}

// OpenMode returns the mode of a file that the open creates.
func OpenMode(a *backend.OpenArgs) uint32 {
	mode := uint32(a.Perm.Perm())
	if a.Perm&fs.ModeSetuid != 0 {
		mode |= unix.S_ISUID
	}
	if a.Perm&fs.ModeSetgid != 0 {
		mode |= unix.S_ISGID
	}
	if a.Perm&fs.ModeSticky != 0 {
		mode |= unix.S_ISVTX
	}
	return mode
}

// FileOf takes over a descriptor that was opened with OpenFlags. If that is not a
// file FileOf closes it.
func FileOf(fd int) (File, error) {
	var s unix.Stat_t
	err := unix.Fstat(fd, &s)
	if err == nil {
		switch s.Mode & unix.S_IFMT {
		case unix.S_IFREG, unix.S_IFBLK:
			err = unix.SetNonblock(fd, false) // io_uring would fail where it can wait
		case unix.S_IFDIR:
			err = unix.EISDIR
		default:
			err = errNotAFile
		}
	}
	if err != nil {
		Close(fd)
		return File{-1}, err
	}
	return File{fd}, nil
}

// FD returns the descriptor.
func (f File) FD() int { return f.fd }

// Close closes the descriptor.
func (f File) Close() { Close(f.fd) }

// ReadAt reads into b from off; 0 bytes are the end of the file.
func (f File) ReadAt(b []byte, off int64) (int, error) {
	for {
		n, err := unix.Pread(f.fd, b[:min(len(b), maxFileTransfer)], off)
		if err != unix.EINTR {
			return max(n, 0), err
		}
	}
}

// ReadNow is ReadAt for bytes that are in memory. It returns ErrWouldBlock if the disk is
// needed, or if the system cannot tell.
func (f File) ReadNow(b []byte, off int64) (int, error) {
	v := unix.Iovec{Base: unsafe.SliceData(b)}
	v.SetLen(len(b))
	var n uintptr
	var errno unix.Errno
	if len(b) <= QuickCopy {
		n, _, errno = unix.RawSyscall6(unix.SYS_PREADV2, uintptr(f.fd), uintptr(unsafe.Pointer(&v)), 1,
			uintptr(off), uintptr(off>>32), unix.RWF_NOWAIT)
	} else {
		n, _, errno = unix.Syscall6(unix.SYS_PREADV2, uintptr(f.fd), uintptr(unsafe.Pointer(&v)), 1,
			uintptr(off), uintptr(off>>32), unix.RWF_NOWAIT)
	}
	switch errno {
	case 0:
		return int(n), nil
	case unix.EAGAIN, unix.EINTR, unix.EOPNOTSUPP, unix.ENOSYS:
		return 0, backend.ErrWouldBlock
	}
	return 0, errno
}

// WriteAt writes from b at off, or at the end of a file opened with O_APPEND.
func (f File) WriteAt(b []byte, off int64) (int, error) {
	for {
		n, err := unix.Pwrite(f.fd, b[:min(len(b), maxFileTransfer)], off)
		if err != unix.EINTR {
			return max(n, 0), err
		}
	}
}

// Sync makes the file durable: its content, or with backend.SyncAll also the rest.
func (f File) Sync(how int64) error {
	for {
		var err error
		if how == backend.SyncData {
			err = unix.Fdatasync(f.fd)
		} else {
			err = unix.Fsync(f.fd)
		}
		if err != unix.EINTR {
			return err
		}
	}
}

// StatMask selects the fields that FillStat needs.
const StatMask = unix.STATX_TYPE | unix.STATX_MODE | unix.STATX_SIZE | unix.STATX_MTIME

// EmptyName is an empty name in the kernel's form, which stands for the descriptor
// itself.
var EmptyName byte

// Stat fills s in, except for the name.
func (f File) Stat(s *backend.Stat) error {
	for {
		_, _, errno := unix.Syscall6(unix.SYS_STATX, uintptr(f.fd), uintptr(unsafe.Pointer(&EmptyName)),
			unix.AT_EMPTY_PATH, StatMask, uintptr(unsafe.Pointer(&s.Sys)), 0)
		switch errno {
		case 0:
			FillStat(s)
			return nil
		case unix.EINTR:
		default:
			return errno
		}
	}
}

// FillStat fills in s from the kernel's answer in s.Sys.
func FillStat(s *backend.Stat) {
	x := &s.Sys
	s.Size = int64(x.Size)
	s.ModTime = time.Unix(x.Mtime.Sec, int64(x.Mtime.Nsec))
	s.Mode = fs.FileMode(x.Mode & 0o777)
	if x.Mode&unix.S_IFMT == unix.S_IFBLK {
		s.Mode |= fs.ModeDevice
	}
	if x.Mode&unix.S_ISUID != 0 {
		s.Mode |= fs.ModeSetuid
	}
	if x.Mode&unix.S_ISGID != 0 {
		s.Mode |= fs.ModeSetgid
	}
	if x.Mode&unix.S_ISVTX != 0 {
		s.Mode |= fs.ModeSticky
	}
}

// size returns the size of the file in bytes.
func (f File) size() (int64, error) {
	var s unix.Stat_t
	err := unix.Fstat(f.fd, &s)
	return s.Size, os.NewSyscallError("fstat", err)
}

// WillNeed advises the system that size bytes from off will be read.
func (f File) WillNeed(off, size int64) {
	_ = unix.Fadvise(f.fd, off, size, unix.FADV_WILLNEED) // only advice: an error does no harm
}
