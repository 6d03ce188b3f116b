package sys

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// sendPart writes b. more says that there is more to write after it.
func sendPart(socket int, b []byte, more bool) (int, error) {
	flags := unix.MSG_NOSIGNAL
	if more {
		flags |= unix.MSG_MORE
	}
	n, errno := transfer(unix.SYS_SENDTO, socket, unsafe.Pointer(unsafe.SliceData(b)), len(b), len(b), uintptr(flags))
	if errno == unix.ENOTSOCK {
		n, errno = WritePipe(socket, b)
	}
	return n, callError("write", errno)
}

// sendFile has the kernel move up to most bytes of a file, from off, to a socket. It may
// take as long as copying them. Files of /proc, and of file systems that lack the
// operation, cannot be sent.
func sendFile(socket int, f File, off int64, most int) (int, error) {
	for {
		n, err := unix.Sendfile(socket, f.fd, &off, most)
		switch err {
		case nil:
			return n, nil
		case unix.EINTR:
		case unix.EINVAL, unix.ENOSYS, unix.EOPNOTSUPP:
			return 0, errUnsendable
		default:
			return 0, callError("sendfile", err.(unix.Errno))
		}
	}
}
