package backend

import "golang.org/x/sys/windows"

// Error numbers that every backend gives for the same reasons, as this system
// has them.
const (
	EADDRINUSE    = windows.WSAEADDRINUSE
	EADDRNOTAVAIL = windows.WSAEADDRNOTAVAIL
	EBADF         = windows.ERROR_INVALID_HANDLE
	EAFNOSUPPORT  = windows.WSAEAFNOSUPPORT
	ECONNABORTED  = windows.WSAECONNABORTED
	ECONNREFUSED  = windows.WSAECONNREFUSED
	ECONNRESET    = windows.WSAECONNRESET
	ENOENT        = windows.ERROR_FILE_NOT_FOUND
	EPIPE         = windows.WSAECONNABORTED     // a write after the end
	ENOREADER     = windows.ERROR_NO_DATA       // a write to a pipe that nobody reads
	EWRONGEND     = windows.ERROR_ACCESS_DENIED // a read of a pipe's writing end, a write to its reading end
	ETIMEDOUT     = windows.WSAETIMEDOUT
)

// EMFILE is the result of an operation that needs a descriptor more than a
// process may have.
const EMFILE = windows.WSAEMFILE

// exhausted are errors of the system that go away.
var resourceErrors = []error{windows.WSAEMFILE, windows.WSAENOBUFS, windows.ERROR_NOT_ENOUGH_MEMORY}
