//go:build unix

// Package system has what the tool needs of the operating system besides files:
// signals, the processor time, and the errors of closed pipes.
package system

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"time"

	"golang.org/x/sys/unix"
)

// EndSignals are the signals that ask a command to end. They include SIGHUP,
// which is sent when the terminal closes, unless the command was started to
// ignore it, as with nohup.
var EndSignals = endSignals()

func endSignals() []os.Signal {
	list := []os.Signal{os.Interrupt, unix.SIGTERM}
	if !signal.Ignored(unix.SIGHUP) {
		list = append(list, unix.SIGHUP)
	}
	return list
}

// IgnoreBrokenPipes makes a write to a pipe without a reader fail, instead of
// ending the process at once and leaving its files behind.
func IgnoreBrokenPipes() { signal.Ignore(unix.SIGPIPE) }

// IsBrokenPipe reports whether a write failed because the reader is gone.
func IsBrokenPipe(err error) bool { return errors.Is(err, unix.EPIPE) }

// CPU is the processor time of all threads of this process since its start.
func CPU() (user, system time.Duration, err error) {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		return 0, 0, fmt.Errorf("reading the processor time: getrusage: %w", err)
	}
	return time.Duration(u.Utime.Nano()), time.Duration(u.Stime.Nano()), nil
}
