//go:build !windows

package sys

import "os"

// PipeFiles makes a pipe whose ends take deadlines.
func PipeFiles() (r, w *os.File, err error) { return os.Pipe() }

// ReadPipeNow is Read.
func ReadPipeNow(fd int, b []byte) (int, error) { return Read(fd, b) }

// WritePipeNow is Write.
func WritePipeNow(fd int, b []byte) (int, error) { return Write(fd, b) }

// FromPipe returns err: this system has one number for a pipe without a reader.
func FromPipe(err error) error { return err }
