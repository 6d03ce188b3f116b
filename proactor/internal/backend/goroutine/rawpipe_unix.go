//go:build unix

package goroutine

import "syscall"

// newRawPipe is a pipe's descriptor, which waits as any other does.
func newRawPipe(p pipe) syscall.RawConn { return neverBlocking(p) }
