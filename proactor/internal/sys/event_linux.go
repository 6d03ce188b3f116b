package sys

import (
	"encoding/binary"
	"os"

	"golang.org/x/sys/unix"
)

// Event is an eventfd: readable from Set to Clear.
type Event struct{ fd int }

// NewEvent makes an event that is not set.
func NewEvent() (Event, error) {
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return Event{-1}, os.NewSyscallError("eventfd", err)
	}
	return Event{fd}, nil
}

// FD returns the descriptor of the event.
func (e Event) FD() int { return e.fd }

// Set makes the descriptor readable.
func (e Event) Set() {
	var one [8]byte
	binary.NativeEndian.PutUint64(one[:], 1)
	_, _ = unix.Write(e.fd, one[:]) // EAGAIN: it is readable and stays so
}

// Clear makes the descriptor unreadable.
func (e Event) Clear() {
	var count [8]byte
	_, _ = unix.Read(e.fd, count[:]) // EAGAIN: it was not readable
}

// Close closes the descriptor.
func (e Event) Close() { Close(e.fd) }
