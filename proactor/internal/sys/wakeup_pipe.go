//go:build netbsd || openbsd

package sys

import (
	"os"

	"golang.org/x/sys/unix"
)

// wakeup ends the Wait of a kqueue with a byte in a pipe, because older versions of these
// systems have no events that a program triggers.
type wakeup struct{ fds [2]int }

func (b *wakeup) init(k *Kqueue) error {
	if err := openPipe(&b.fds); err != nil {
		return os.NewSyscallError("pipe", err)
	}
	if errno := k.change(filter(b.fds[0], unix.EVFILT_READ, edges)); errno != 0 {
		b.close()
		return os.NewSyscallError("kevent", errno)
	}
	return nil
}

func (b *wakeup) trigger(*Kqueue) {
	_, _ = Write(b.fds[1], []byte{0}) // EAGAIN: the pipe is full of bytes that Wait has not seen yet
}

// consume reports whether e comes from trigger, and empties the pipe if so.
func (b *wakeup) consume(e *unix.Kevent_t) bool {
	if int(e.Ident) != b.fds[0] || int(e.Filter) != unix.EVFILT_READ {
		return false
	}
	var bytes [64]byte
	for n := len(bytes); n == len(bytes); {
		n, _ = Read(b.fds[0], bytes[:]) // EAGAIN: the pipe is empty
	}
	return true
}

func (b *wakeup) close() {
	Close(b.fds[0])
	Close(b.fds[1])
}
