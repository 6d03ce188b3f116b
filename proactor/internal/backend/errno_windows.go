package backend

import "golang.org/x/sys/windows"

// Error numbers that every backend gives for the same reasons, as this system
// has them.
const (
	EADDRINUSE   = windows.WSAEADDRINUSE
	EBADF        = windows.ERROR_INVALID_HANDLE
	EAFNOSUPPORT = windows.WSAEAFNOSUPPORT
	ECONNABORTED = windows.WSAECONNABORTED
	ECONNREFUSED = windows.WSAECONNREFUSED
	ECONNRESET   = windows.WSAECONNRESET
	ENOENT       = windows.ERROR_FILE_NOT_FOUND
	EPIPE        = windows.WSAECONNABORTED // a write after the end
	ETIMEDOUT    = windows.WSAETIMEDOUT
)
