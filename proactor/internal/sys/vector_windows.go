package sys

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// maxBuffers is how many buffers one call takes; longer vectors are read and written in
// part. Windows has no such limit, but copies the list.
const maxBuffers = 1024

// Vector is the form of a list of buffers on Windows. A handle has one for each
// direction, and reuses it.
type Vector struct {
	bufs []windows.WSABuf
}

// Set lays out v and returns the number of bytes: not all if v is longer than a call
// takes. The caller calls Reset afterwards.
func (x *Vector) Set(v [][]byte) int {
	size := 0
	for _, b := range v {
		if len(b) == 0 {
			continue
		}
		if len(x.bufs) == maxBuffers || size > 0 && len(b) > maxTransfer-size {
			break
		}
		buf := bufferOf(b)
		x.bufs = append(x.bufs, buf)
		size += int(buf.Len)
	}
	return size
}

// Reset releases the buffers.
func (x *Vector) Reset() {
	clear(x.bufs)
	x.bufs = x.bufs[:0]
}

// RecvVector is Recv into x, which has been set.
func RecvVector(fd int, x *Vector) (int, syscall.Errno) {
	return recv(fd, unsafe.SliceData(x.bufs), len(x.bufs))
}

// WritePipeVector is WritePipe from x, which has been set.
func WritePipeVector(fd int, x *Vector) (int, syscall.Errno) {
	moved := 0
	for _, b := range x.bufs {
		n, errno := WritePipe(fd, unsafe.Slice(b.Buf, b.Len))
		moved += n
		if errno != 0 && moved == 0 {
			return 0, errno
		}
		if n < int(b.Len) {
			break
		}
	}
	return moved, 0
}

// SendVector is Send from x, which has been set.
func SendVector(fd int, x *Vector) (int, syscall.Errno) {
	return send(fd, unsafe.SliceData(x.bufs), len(x.bufs))
}
