//go:build unix && !linux

package sys

import "golang.org/x/sys/unix"

// gathered is how many bytes one write of a gather copies together. A buffer that is
// longer is written from where it is.
const gathered = 64 << 10

// Vector is a list of buffers. Package unix tells the system of one on no two of
// these systems in the same way, and on some it allocates: so buffers are read
// into in turn, and written together. It is used again and again.
type Vector struct {
	bufs     [][]byte
	together []byte // a copy of what is written in one piece
}

// Set takes v, and returns how many bytes that is: not all if it is more than a call
// moves. Reset has to follow.
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

// Reset lets go of the buffers.
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
			break // what ended it will be found again
		}
	}
	return n, 0
}

// SendVector writes what there is room for of x, which has been set, as Send does.
func SendVector(fd int, x *Vector) (n int, errno unix.Errno) {
	for bufs := x.bufs; len(bufs) > 0; {
		var b []byte
		b, bufs = x.next(bufs)
		m, err := Write(fd, b)
		if n += m; err != nil && n == 0 {
			return 0, err.(unix.Errno)
		}
		if m < len(b) {
			break // what ended it will be found again
		}
	}
	return n, 0
}

// next is what is to be written in one piece of bufs, and what comes behind it.
func (x *Vector) next(bufs [][]byte) (piece []byte, rest [][]byte) {
	if len(bufs) == 1 || len(bufs[0]) >= gathered {
		return bufs[0], bufs[1:]
	}
	x.together = x.together[:0]
	for len(bufs) > 0 && len(x.together)+len(bufs[0]) <= gathered {
		x.together = append(x.together, bufs[0]...)
		bufs = bufs[1:]
	}
	return x.together, bufs
}

// ReadPipeVector is RecvVector for what is not a socket.
func ReadPipeVector(fd int, x *Vector) (int, unix.Errno) { return RecvVector(fd, x) }

// WritePipeVector is SendVector for what is not a socket.
func WritePipeVector(fd int, x *Vector) (int, unix.Errno) { return SendVector(fd, x) }
