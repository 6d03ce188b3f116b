//go:build !windows

package backend

import "syscall"

// Error numbers that every backend gives for the same reasons, as this system
// has them.
const (
	EADDRINUSE    = syscall.EADDRINUSE
	EADDRNOTAVAIL = syscall.EADDRNOTAVAIL
	EBADF         = syscall.EBADF
	EAFNOSUPPORT  = syscall.EAFNOSUPPORT
	ECONNABORTED  = syscall.ECONNABORTED
	ECONNREFUSED  = syscall.ECONNREFUSED
	ECONNRESET    = syscall.ECONNRESET
	ENOENT        = syscall.ENOENT
	EPIPE         = syscall.EPIPE
	ENOREADER     = syscall.EPIPE // a write to a pipe that nobody reads
	EWRONGEND     = syscall.EBADF // a read of a pipe's writing end, a write to its reading end
	ETIMEDOUT     = syscall.ETIMEDOUT
)

// EMFILE is the result of an operation that needs a descriptor more than a
// process may have.
const EMFILE = syscall.EMFILE

// exhausted are errors of the system that go away.
var resourceErrors = []error{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM}
