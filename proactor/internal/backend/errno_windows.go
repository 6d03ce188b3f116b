package backend

import "golang.org/x/sys/windows"

// The error numbers of this system that every backend uses for the same reasons.
const (
	EADDRINUSE    = windows.WSAEADDRINUSE
	EADDRNOTAVAIL = windows.WSAEADDRNOTAVAIL
	EBADF         = windows.ERROR_INVALID_HANDLE
	EAFNOSUPPORT  = windows.WSAEAFNOSUPPORT
	ECONNABORTED  = windows.WSAECONNABORTED
	ECONNREFUSED  = windows.WSAECONNREFUSED
	ECONNRESET    = windows.WSAECONNRESET
	ENOENT        = windows.ERROR_FILE_NOT_FOUND
	EPIPE         = windows.WSAECONNABORTED     // a write after the end of the write side
	ENOREADER     = windows.ERROR_NO_DATA       // a write to a pipe that has no reader
	EWRONGEND     = windows.ERROR_ACCESS_DENIED // a read of a pipe's writing end, a write to its reading end
	ETIMEDOUT     = windows.WSAETIMEDOUT
)

// EMFILE is the error of an operation that needs more descriptors than the process
// may have.
const EMFILE = windows.WSAEMFILE

// resourceErrors are the temporary errors of the system.
var resourceErrors = []error{windows.WSAEMFILE, windows.WSAENOBUFS, windows.ERROR_NOT_ENOUGH_MEMORY}
