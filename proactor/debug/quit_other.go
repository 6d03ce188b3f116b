//go:build !unix

package debug

import "io"

// OnQuit does nothing here: there is no SIGQUIT.
func OnQuit(io.Writer) (stop func()) { return func() {} }
