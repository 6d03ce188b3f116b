// Package system is what the tool asks of the operating system beside files:
// signals, the processor time used, what a closed pipe looks like.
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

// IgnoreBrokenPipes has nothing to do here: they never end a process.
func IgnoreBrokenPipes() {}

// IsBrokenPipe reports whether a write failed because nobody reads any more.
func IsBrokenPipe(err error) bool {
	return errors.Is(err, windows.ERROR_BROKEN_PIPE) || errors.Is(err, windows.ERROR_NO_DATA)
}

// CPU is the processor time of this process, all its threads, since its start.
func CPU() (user, system time.Duration, err error) {
	var created, exited, kernel, own windows.Filetime
	if err := windows.GetProcessTimes(windows.CurrentProcess(), &created, &exited, &kernel, &own); err != nil {
		return 0, 0, fmt.Errorf("asking for the processor time used: GetProcessTimes: %w", err)
	}
	return span(own), span(kernel), nil
}

// span is a Filetime that is a length of time: in steps of 100 ns.
func span(t windows.Filetime) time.Duration {
	return time.Duration(uint64(t.HighDateTime)<<32|uint64(t.LowDateTime)) * 100
}
