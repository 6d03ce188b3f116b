//go:build darwin || dragonfly || freebsd

package sys

import (
	"os"

	"golang.org/x/sys/unix"
)

// bell ends the Wait of a kqueue: an event of the program's own.
type bell struct{}

func (bell) init(k *Kqueue) error {
	if errno := k.change(filter(0, unix.EVFILT_USER, unix.EV_ADD|unix.EV_CLEAR)); errno != 0 {
		return os.NewSyscallError("kevent EVFILT_USER", errno)
	}
	return nil
}

func (bell) ring(k *Kqueue) {
	e := filter(0, unix.EVFILT_USER, 0)
	e.Fflags = unix.NOTE_TRIGGER
	k.change(e)
}

// rang reports whether e says that it was rung.
func (bell) rang(e *unix.Kevent_t) bool { return e.Filter == unix.EVFILT_USER }

func (bell) close() {}
