//go:build unix && !linux

package sys

import "golang.org/x/sys/unix"

// maxGathered is how many bytes a gather write copies into one piece. A longer buffer is
// written from where it is.
const maxGathered = 64 << 10

// Vector is a list of buffers. The calls of package unix for such lists differ between
// these systems, and some allocate. So buffers are read into in turn, and copied into one
// piece for a write. A Vector is reused.
type Vector struct {
	bufs   [][]byte
	joined []byte // the piece
}

// Set takes v and returns the number of bytes: not all if that is more than a call
// moves. The caller calls Reset afterwards.
func (x *Vector) Set(v [][]byte) (size int) {
	for _, b := range v {
		if len(b) == 0 {
			continue
		}
		if size > 0 && len(b) > maxCall-size {
			break // the sum may not fit an int
		}
		x.bufs = append(x.bufs, b)
		size += len(b)
	}
	return size
}

// Reset releases the buffers.
func (x *Vector) Reset() {
	clear(x.bufs)
	x.bufs = x.bufs[:0]
}

// RecvVector reads what is there into x, which has been set, as Recv does.
func RecvVector(fd int, x *Vector) (n int, errno unix.Errno) {
	for _, b := range x.bufs {
		m, err := Read(fd, b)
		if n += m; err != nil && n == 0 {
			return 0, err.(unix.Errno)
		}
		if m < len(b) {
			break // the next call finds the reason again
		}
	}
	return n, 0
}

// SendVector writes as many bytes of x, which has been set, as there is room for, as Send
// does.
func SendVector(fd int, x *Vector) (n int, errno unix.Errno) {
	for bufs := x.bufs; len(bufs) > 0; {
		var b []byte
		b, bufs = x.next(bufs)
		m, err := Write(fd, b)
		if n += m; err != nil && n == 0 {
			return 0, err.(unix.Errno)
		}
		if m < len(b) {
			break // the next call finds the reason again
		}
	}
	return n, 0
}

// next returns the next piece of bufs to write, and the buffers after it.
func (x *Vector) next(bufs [][]byte) (piece []byte, rest [][]byte) {
	if len(bufs) == 1 || len(bufs[0]) >= maxGathered {
		return bufs[0], bufs[1:]
	}
	x.joined = x.joined[:0]
	for len(bufs) > 0 && len(x.joined)+len(bufs[0]) <= maxGathered {
		x.joined = append(x.joined, bufs[0]...)
		bufs = bufs[1:]
	}
	return x.joined, bufs
}

// ReadPipeVector is RecvVector for a descriptor that is not a socket.
func ReadPipeVector(fd int, x *Vector) (int, unix.Errno) { return RecvVector(fd, x) }

// WritePipeVector is SendVector for a descriptor that is not a socket.
func WritePipeVector(fd int, x *Vector) (int, unix.Errno) { return SendVector(fd, x) }
