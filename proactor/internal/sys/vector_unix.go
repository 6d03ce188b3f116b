//go:build unix && !linux

package sys

import "golang.org/x/sys/unix"

// maxGathered is how many bytes a gather write copies together at most.
const maxGathered = 64 << 10

// Vector is a list of buffers for one write. Systems differ in how they are
// told of one, so that here it is a copy. It is used again and again.
type Vector struct {
	gathered []byte
}

// Set lays out v, and returns how many bytes that is: not all if v is longer
// than what is copied at once. Reset has to follow.
func (x *Vector) Set(v [][]byte) int {
	for _, b := range v {
		x.gathered = append(x.gathered, b[:min(len(b), maxGathered-len(x.gathered))]...)
	}
	return len(x.gathered)
}

// Reset makes x ready for the next one.
func (x *Vector) Reset() { x.gathered = x.gathered[:0] }

// WritePipeVector is SendVector for what is not a socket.
func WritePipeVector(fd int, x *Vector) (int, unix.Errno) { return SendVector(fd, x) }

// SendVector writes what there is room for of x; EAGAIN if there is none.
func SendVector(fd int, x *Vector) (int, unix.Errno) {
	n, err := Write(fd, x.gathered)
	if err != nil {
		return 0, err.(unix.Errno)
	}
	return n, 0
}
