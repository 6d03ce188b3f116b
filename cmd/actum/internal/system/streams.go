package system

import (
	"io"
	"os"
	"time"

	"golang.org/x/term"
)

// Streams are a command's standard input and outputs.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer

	// ReportDelay is how long a command waits before it reports on Err what it is waiting
	// for: 0 means a second, and negative means that it does not report.
	ReportDelay time.Duration
}

// IsTerminal reports whether v, an input or an output, is a terminal.
func IsTerminal(v any) bool {
	f, ok := v.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// IsColourTerminal reports whether output to w may have colours: w is a terminal
// with colours, and the user has not set NO_COLOR.
func IsColourTerminal(w io.Writer) bool {
	return os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && IsTerminal(w)
}
