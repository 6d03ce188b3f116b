package sys

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// maxIovecs is IOV_MAX: longer vectors are read and written in part.
const maxIovecs = 1024

// Recv reads what is there into b, which is not empty: 0 bytes are the end of
// the stream, EAGAIN means that there is nothing yet.
func Recv(fd int, b []byte) (int, unix.Errno) {
	return transfer(unix.SYS_RECVFROM, fd, unsafe.Pointer(unsafe.SliceData(b)), len(b), len(b), 0)
}

// Send writes as many bytes of b as there is room for; EAGAIN if there is none.
func Send(fd int, b []byte) (int, unix.Errno) {
	return transfer(unix.SYS_SENDTO, fd, unsafe.Pointer(unsafe.SliceData(b)), len(b), len(b), unix.MSG_NOSIGNAL)
}

// transfer makes the system call, again after EINTR. size is the number of bytes that it
// may copy.
func transfer(call uintptr, fd int, p unsafe.Pointer, arg, size int, flags uintptr) (int, unix.Errno) {
	for {
		var n uintptr
		var errno unix.Errno
		if size <= QuickCopy {
			n, _, errno = unix.RawSyscall6(call, uintptr(fd), uintptr(p), uintptr(arg), flags, 0, 0)
		} else {
			n, _, errno = unix.Syscall6(call, uintptr(fd), uintptr(p), uintptr(arg), flags, 0, 0)
		}
		if errno == 0 {
			return int(n), 0
		}
		if errno != unix.EINTR {
			return 0, errno
		}
	}
}

// Vector is the kernel's form of a list of buffers. A handle has one for each direction,
// and reuses it.
type Vector struct {
	iov  []unix.Iovec
	msg  unix.Msghdr
	size int
}

// Set lays out v and returns the number of bytes: not all if v is longer than the kernel
// takes at once, or more than a call moves. The caller calls Reset afterwards.
func (x *Vector) Set(v [][]byte) int {
	x.size = 0
	for _, b := range v {
		if len(x.iov) == maxIovecs {
			break
		}
		if len(b) == 0 {
			continue
		}
		if x.size > 0 && len(b) > maxCall-x.size {
			break // the sum may not fit an int
		}
		e := unix.Iovec{Base: unsafe.SliceData(b)}
		e.SetLen(len(b))
		x.iov = append(x.iov, e)
		x.size += len(b)
	}
	x.msg.Iov = unsafe.SliceData(x.iov)
	x.msg.SetIovlen(len(x.iov))
	return x.size
}

// Reset releases the buffers.
func (x *Vector) Reset() {
	clear(x.iov)
	x.iov = x.iov[:0]
}

// RecvVector is Recv into x, which has been set.
func RecvVector(fd int, x *Vector) (int, unix.Errno) {
	return transferMsg(unix.SYS_RECVMSG, fd, x, 0)
}

// SendVector is Send from x, which has been set.
func SendVector(fd int, x *Vector) (int, unix.Errno) {
	return transferMsg(unix.SYS_SENDMSG, fd, x, unix.MSG_NOSIGNAL)
}

func transferMsg(call uintptr, fd int, x *Vector, flags uintptr) (int, unix.Errno) {
	return transfer(call, fd, unsafe.Pointer(&x.msg), int(flags), x.size, 0)
}

// ReadPipe is Recv for a descriptor that is not a socket.
func ReadPipe(fd int, b []byte) (int, unix.Errno) {
	return transfer(unix.SYS_READ, fd, unsafe.Pointer(unsafe.SliceData(b)), len(b), len(b), 0)
}

// WritePipe is Send for a descriptor that is not a socket.
func WritePipe(fd int, b []byte) (int, unix.Errno) {
	return transfer(unix.SYS_WRITE, fd, unsafe.Pointer(unsafe.SliceData(b)), len(b), len(b), 0)
}

// ReadPipeVector is RecvVector for a descriptor that is not a socket.
func ReadPipeVector(fd int, x *Vector) (int, unix.Errno) {
	return transfer(unix.SYS_READV, fd, unsafe.Pointer(unsafe.SliceData(x.iov)), len(x.iov), x.size, 0)
}

// WritePipeVector is SendVector for a descriptor that is not a socket.
func WritePipeVector(fd int, x *Vector) (int, unix.Errno) {
	return transfer(unix.SYS_WRITEV, fd, unsafe.Pointer(unsafe.SliceData(x.iov)), len(x.iov), x.size, 0)
}
