package sys

import (
	"errors"
	"os"
	"syscall"
)

// PipeFiles makes a pipe whose ends take deadlines.
func PipeFiles() (r, w *os.File, err error) {
	in, out, err := MakePipe()
	if err != nil {
		return nil, nil, err
	}
	return os.NewFile(uintptr(in), "pipe"), os.NewFile(uintptr(out), "pipe"), nil
}

// ReadPipeNow is ReadPipe for the goroutine backend.
func ReadPipeNow(fd int, b []byte) (int, error) {
	n, errno := ReadPipe(fd, b)
	return n, asError(errno)
}

// WritePipeNow is WritePipe for the goroutine backend.
func WritePipeNow(fd int, b []byte) (int, error) {
	n, errno := WritePipe(fd, b)
	return n, asError(errno)
}

// FromPipe returns err with PipeEnded in place of the system's other numbers for a pipe
// without a reader.
func FromPipe(err error) error {
	if p := (*os.PathError)(nil); errors.As(err, &p) {
		if errno, ok := p.Err.(syscall.Errno); ok {
			p.Err = pipeError(errno)
		}
	}
	return err
}
