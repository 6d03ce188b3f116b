//go:build !unix

package debug

import "io"

// OnQuit does nothing: this system has no SIGQUIT.
func OnQuit(io.Writer) (stop func()) { return func() {} }
