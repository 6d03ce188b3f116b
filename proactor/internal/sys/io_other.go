//go:build !unix && !windows

package sys

import "syscall"

// Read is not available: this system has no numbers for descriptors.
func Read(fd int, b []byte) (int, error) { return 0, syscall.ENOSYS }

// Write is not available: this system has no numbers for descriptors.
func Write(fd int, b []byte) (int, error) { return 0, syscall.ENOSYS }

// WouldBlock reports whether err means that the call must be made again later.
func WouldBlock(err error) bool { return false }
