package goroutine

import (
	"io"
	"os"
	"syscall"
)

// rawPipe is what a pipe is read and written with when nothing may wait. That of
// package os waits for sockets only.
type rawPipe struct {
	syscall.RawConn
	f *os.File
}

func newRawPipe(p pipe) syscall.RawConn {
	raw, err := p.SyscallConn()
	if err != nil {
		return nil
	}
	return rawPipe{raw, p.File}
}

// Read calls f until it has something, waiting for bytes in between: a read of
// nothing ends when there are some.
func (r rawPipe) Read(f func(fd uintptr) bool) error {
	for {
		done := false
		if err := r.Control(func(fd uintptr) { done = f(fd) }); err != nil || done {
			return err
		}
		if _, err := r.f.Read(nil); err != nil && err != io.EOF {
			return err
		}
	}
}

// Write calls f once: what cannot be written at once is package os's to write.
func (r rawPipe) Write(f func(fd uintptr) bool) error {
	return r.Control(func(fd uintptr) { f(fd) })
}
