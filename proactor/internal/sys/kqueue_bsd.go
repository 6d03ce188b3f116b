//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package sys

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Kqueue is a kernel event queue.
//
// It cannot be polled by way of Go's own poller, as an epoll instance can: that asks
// for both directions of each descriptor, and a kqueue refuses to be watched for
// writing.
type Kqueue struct {
	fd     int
	bell   bell
	events [len(KqueueEvents{})]unix.Kevent_t // Wait's
}

// edges is how descriptors are watched: told of changes alone.
const edges = unix.EV_ADD | unix.EV_CLEAR

// longest is a time-out that no system refuses.
const longest = 1e6 * time.Second

// NewKqueue makes one. The error says what failed.
func NewKqueue() (*Kqueue, error) {
	fd, err := unix.Kqueue() // programs that are started do not inherit it
	if err != nil {
		return nil, os.NewSyscallError("kqueue", err)
	}
	unix.CloseOnExec(fd)
	k := &Kqueue{fd: fd}
	if err := k.bell.init(k); err != nil {
		Close(fd)
		return nil, err
	}
	return k, nil
}

// Add watches fd in both directions, edge-triggered, until it is closed. What is
// possible already counts as a change. It is enough if one of the directions can be
// watched: pipes have but one.
func (k *Kqueue) Add(fd int) unix.Errno {
	errno := k.change(filter(fd, unix.EVFILT_READ, edges), filter(fd, unix.EVFILT_WRITE, edges))
	if errno == 0 {
		return 0
	}
	return watched(k.change(filter(fd, unix.EVFILT_READ, edges)), k.change(filter(fd, unix.EVFILT_WRITE, edges)))
}

// Remove ends the watching of fd, which stays open.
func (k *Kqueue) Remove(fd int) {
	k.change(filter(fd, unix.EVFILT_READ, unix.EV_DELETE))
	k.change(filter(fd, unix.EVFILT_WRITE, unix.EV_DELETE)) // each may be absent
}

// filter is one that fd is watched with.
func filter(fd, what, flags int) (e unix.Kevent_t) {
	unix.SetKevent(&e, fd, what, flags)
	return e
}

// change applies changes.
func (k *Kqueue) change(changes ...unix.Kevent_t) unix.Errno {
	for {
		_, err := unix.Kevent(k.fd, changes, nil, nil)
		if err != unix.EINTR {
			return errnoOf(err)
		}
	}
}

// Wait takes events, and returns how many it has put into e. It waits for the first
// one for as long as timeout says: not at all if that is 0, for as long as it takes if
// it is negative. It may return without any.
func (k *Kqueue) Wait(e *KqueueEvents, timeout time.Duration) int {
	var limit *unix.Timespec
	if timeout >= 0 {
		t := unix.NsecToTimespec(int64(min(timeout, longest)))
		limit = &t
	}
	n, err := unix.Kevent(k.fd, nil, k.events[:], limit)
	if err != nil {
		return 0 // EINTR
	}
	for i := range n {
		e[i] = k.event(&k.events[i])
	}
	return n
}

// event is what the system says, in words that mean the same everywhere.
func (k *Kqueue) event(e *unix.Kevent_t) KqueueEvent {
	if k.bell.rang(e) {
		return KqueueEvent{}
	}
	ev := KqueueEvent{FD: int(e.Ident), EOF: e.Flags&unix.EV_EOF != 0, Data: int64(e.Data)}
	if e.Flags&unix.EV_ERROR != 0 {
		ev.Errno = unix.Errno(e.Data)
	}
	switch int(e.Filter) {
	case unix.EVFILT_READ:
		ev.Filter = KqueueRead
	case unix.EVFILT_WRITE:
		ev.Filter = KqueueWrite
	}
	return ev
}

// Trigger makes the Wait in progress, or else the next one, return with an event of
// no filter. Any goroutine may call it.
func (k *Kqueue) Trigger() { k.bell.ring(k) }

// Close gives it back.
func (k *Kqueue) Close() error {
	k.bell.close()
	return os.NewSyscallError("close", unix.Close(k.fd))
}
