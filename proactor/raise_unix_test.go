//go:build unix

package proactor_test

import (
	"os"
	"syscall"
)

// raise sends a signal to this process.
func raise(s os.Signal) error { return syscall.Kill(os.Getpid(), s.(syscall.Signal)) }
