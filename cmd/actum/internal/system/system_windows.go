// Package system has what the tool needs of the operating system besides files:
// signals, the processor time, and the errors of closed pipes.
package system

import (
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/windows"
)

// EndSignals are the signals that ask a command to end.
var EndSignals = []os.Signal{os.Interrupt, windows.SIGTERM}

// IgnoreBrokenPipes does nothing here, because a closed pipe never ends a
// process.
func IgnoreBrokenPipes() {}

// IsBrokenPipe reports whether a write failed because the reader is gone.
func IsBrokenPipe(err error) bool {
	return errors.Is(err, windows.ERROR_BROKEN_PIPE) || errors.Is(err, windows.ERROR_NO_DATA)
}

// CPU is the processor time of all threads of this process since its start.
func CPU() (user, system time.Duration, err error) {
	var created, exited, kernel, own windows.Filetime
	if err := windows.GetProcessTimes(windows.CurrentProcess(), &created, &exited, &kernel, &own); err != nil {
		return 0, 0, fmt.Errorf("reading the processor time: GetProcessTimes: %w", err)
	}
	return span(own), span(kernel), nil
}

// span converts a Filetime that is a duration, in steps of 100 ns.
func span(t windows.Filetime) time.Duration {
	return time.Duration(uint64(t.HighDateTime)<<32|uint64(t.LowDateTime)) * 100
}
