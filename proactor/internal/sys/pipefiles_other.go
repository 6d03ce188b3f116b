//go:build !windows

package sys

import "os"

// PipeFiles is a pipe whose ends take deadlines.
func PipeFiles() (r, w *os.File, err error) { return os.Pipe() }

// ReadPipeNow reads from a pipe, as from anything else here.
func ReadPipeNow(fd int, b []byte) (int, error) { return Read(fd, b) }

// WritePipeNow writes to a pipe, as to anything else here.
func WritePipeNow(fd int, b []byte) (int, error) { return Write(fd, b) }

// FromPipe is err: what is wrong with a pipe has one number here.
func FromPipe(err error) error { return err }
