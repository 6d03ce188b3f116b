//go:build !unix && !windows

package sys

import "syscall"

// Read is not available: descriptors are no numbers here.
func Read(fd int, b []byte) (int, error) { return 0, syscall.ENOSYS }

// Write is not available: descriptors are no numbers here.
func Write(fd int, b []byte) (int, error) { return 0, syscall.ENOSYS }

// WouldBlock reports whether err says that the call has to be made again later.
func WouldBlock(err error) bool { return false }
