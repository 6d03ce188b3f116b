//go:build unix

package goroutine

import "syscall"

// newRawPipe returns a pipe's descriptor, which waits as other descriptors do.
func newRawPipe(p pipe) syscall.RawConn { return neverBlocking(p) }
