//go:build darwin || dragonfly || freebsd

package sys

import (
	"os"

	"golang.org/x/sys/unix"
)

// wakeup ends the Wait of a kqueue with an event that the program triggers.
type wakeup struct{}

func (wakeup) init(k *Kqueue) error {
	if errno := k.change(filter(0, unix.EVFILT_USER, unix.EV_ADD|unix.EV_CLEAR)); errno != 0 {
		return os.NewSyscallError("kevent EVFILT_USER", errno)
	}
	return nil
}

func (wakeup) trigger(k *Kqueue) {
	e := filter(0, unix.EVFILT_USER, 0)
	e.Fflags = unix.NOTE_TRIGGER
	k.change(e)
}

// consume reports whether e comes from trigger.
func (wakeup) consume(e *unix.Kevent_t) bool { return e.Filter == unix.EVFILT_USER }
func (wakeup) close()                        {}
