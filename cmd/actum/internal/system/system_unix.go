//go:build unix

// Package system is what the tool asks of the operating system beside files:
// signals, the processor time used, what a closed pipe looks like.
package system

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"time"

	"golang.org/x/sys/unix"
)

// EndSignals are the signals that ask a command to end. SIGHUP, which comes when the
// terminal goes, is one unless the command was started to outlive it, as by nohup.
var EndSignals = endSignals()

func endSignals() []os.Signal {
	list := []os.Signal{os.Interrupt, unix.SIGTERM}
	if !signal.Ignored(unix.SIGHUP) {
		list = append(list, unix.SIGHUP)
	}
	return list
}

// IgnoreBrokenPipes makes writing to a pipe that nobody reads an error, where
// it would end the process on the spot and leave its files behind.
func IgnoreBrokenPipes() { signal.Ignore(unix.SIGPIPE) }

// IsBrokenPipe reports whether a write failed because nobody reads any more.
func IsBrokenPipe(err error) bool { return errors.Is(err, unix.EPIPE) }

// CPU is the processor time of this process, all its threads, since its start.
func CPU() (user, system time.Duration, err error) {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		return 0, 0, fmt.Errorf("asking for the processor time used: getrusage: %w", err)
	}
	return time.Duration(u.Utime.Nano()), time.Duration(u.Stime.Nano()), nil
}
