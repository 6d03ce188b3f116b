package sys

import (
	"errors"
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/windows"
)

// The reasons why a file is not adopted.
var (
	errFile   = fmt.Errorf("it is a file, with positions: use OpenFile, ReadAt and WriteAt: %w", errors.ErrUnsupported)
	errSocket = fmt.Errorf("it is a socket: use Listen, Connect or ListenPacket: %w", errors.ErrUnsupported)
	errSync   = fmt.Errorf("it was not opened for overlapped I/O, as consoles and the pipes of os.Pipe never are, and cannot be waited for: %w",
		errors.ErrUnsupported)
)

// AdoptFile returns a copy of f that can be waited for, with a handle of its own. f
// leaves the completion port of Go's runtime: it still works, but without deadlines.
func AdoptFile(f *os.File) (*os.File, error) {
	h, err := Adopt(f)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(h), f.Name()), nil
}

// Adopt is AdoptFile for the bare handle, which belongs to no completion port yet.
func Adopt(f *os.File) (fd int, err error) {
	c, err := f.SyscallConn()
	if err != nil {
		return -1, err
	}
	if e := c.Control(func(h uintptr) { err = adoptable(windows.Handle(h)) }); e != nil {
		err = os.ErrClosed
	}
	if err == nil {
		fd, err = duplicateHandle(f.Fd()) // Fd removes it from Go's port
	}
	if err != nil {
		return -1, &os.PathError{Op: "adopt", Path: f.Name(), Err: err}
	}
	return fd, nil
}

// fileModeInformation asks whether calls on an open file wait: FILE_MODE_INFORMATION of
// the Windows Driver Kit.
const (
	fileModeInformation = 16
	fileSynchronous     = 0x10 | 0x20 // FILE_SYNCHRONOUS_IO_ALERT and _NONALERT
)

func adoptable(h windows.Handle) error {
	kind, err := windows.GetFileType(h)
	switch {
	case err != nil:
		return os.NewSyscallError("GetFileType", err)
	case kind == windows.FILE_TYPE_DISK:
		return errFile
	case isSocket(h):
		return errSocket
	}
	var mode uint32
	err = windows.NtQueryInformationFile(h, new(windows.IO_STATUS_BLOCK), (*byte)(unsafe.Pointer(&mode)),
		uint32(unsafe.Sizeof(mode)), fileModeInformation)
	if err != nil || mode&fileSynchronous != 0 {
		return errSync
	}
	return nil
}

// soType is SO_TYPE of winsock2.h.
const soType = 0x1008

func isSocket(h windows.Handle) bool {
	_, err := windows.GetsockoptInt(h, windows.SOL_SOCKET, soType)
	return err == nil
}
