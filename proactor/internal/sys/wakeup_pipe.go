//go:build netbsd || openbsd

package sys

import (
	"os"

	"golang.org/x/sys/unix"
)

// bell ends the Wait of a kqueue: a byte in a pipe, because these systems have had no
// events of the program's own for long.
type bell struct{ fds [2]int }

func (b *bell) init(k *Kqueue) error {
	if err := openPipe(&b.fds); err != nil {
		return os.NewSyscallError("pipe", err)
	}
	if errno := k.change(filter(b.fds[0], unix.EVFILT_READ, edges)); errno != 0 {
		b.close()
		return os.NewSyscallError("kevent", errno)
	}
	return nil
}

func (b *bell) ring(*Kqueue) {
	_, _ = Write(b.fds[1], []byte{0}) // EAGAIN: it is full of rings that nobody has heard yet
}

// rang reports whether e says that it was rung, and empties the pipe if so.
func (b *bell) rang(e *unix.Kevent_t) bool {
	if int(e.Ident) != b.fds[0] || int(e.Filter) != unix.EVFILT_READ {
		return false
	}
	var rings [64]byte
	for n := len(rings); n == len(rings); {
		n, _ = Read(b.fds[0], rings[:]) // EAGAIN: there is none left
	}
	return true
}

func (b *bell) close() {
	Close(b.fds[0])
	Close(b.fds[1])
}
