//go:build !windows

package backend

import "syscall"

// The error numbers of this system that every backend uses for the same reasons.
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
	ENOREADER     = syscall.EPIPE // a write to a pipe that has no reader
	EWRONGEND     = syscall.EBADF // a read of a pipe's writing end, a write to its reading end
	ETIMEDOUT     = syscall.ETIMEDOUT
)

// EMFILE is the error of an operation that needs more descriptors than the process
// may have.
const EMFILE = syscall.EMFILE

// resourceErrors are the temporary errors of the system.
var resourceErrors = []error{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM}
