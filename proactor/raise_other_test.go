//go:build !unix

package proactor_test

import "os"

// raise is nil: a process cannot send itself a signal here.
var raise func(os.Signal) error
