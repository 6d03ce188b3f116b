//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package sys

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Kqueue is a kernel event queue.
//
// Go's own poller cannot watch it, as it can watch an epoll instance: the poller watches
// each descriptor for both directions, and a kqueue cannot be watched for writing.
type Kqueue struct {
	fd     int
	wakeup wakeup
	events [len(KqueueEvents{})]unix.Kevent_t // used by Wait only
}

// edges watches a descriptor for changes only.
const edges = unix.EV_ADD | unix.EV_CLEAR

// maxTimeout is a timeout that every system accepts.
const maxTimeout = 1e6 * time.Second

// NewKqueue makes a queue. The error says what failed.
func NewKqueue() (*Kqueue, error) {
	fd, err := unix.Kqueue() // other programs do not inherit it
	if err != nil {
		return nil, os.NewSyscallError("kqueue", err)
	}
	unix.CloseOnExec(fd)
	k := &Kqueue{fd: fd}
	if err := k.wakeup.init(k); err != nil {
		Close(fd)
		return nil, err
	}
	return k, nil
}

// Add watches fd in both directions, edge-triggered, until it is closed. What is
// possible already counts as a change. One direction is enough, because an end of a pipe
// has only one.
func (k *Kqueue) Add(fd int) unix.Errno {
	errno := k.change(filter(fd, unix.EVFILT_READ, edges), filter(fd, unix.EVFILT_WRITE, edges))
	if errno == 0 {
		return 0
	}
	return watchResult(k.change(filter(fd, unix.EVFILT_READ, edges)), k.change(filter(fd, unix.EVFILT_WRITE, edges)))
}

// Remove stops watching fd, which stays open.
func (k *Kqueue) Remove(fd int) {
	k.change(filter(fd, unix.EVFILT_READ, unix.EV_DELETE))
	k.change(filter(fd, unix.EVFILT_WRITE, unix.EV_DELETE)) // each may be absent
}

// filter makes a filter for fd.
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

// Wait takes events and returns how many it has put into e. It waits for the first one
// for at most timeout: not at all if timeout is 0, forever if it is negative. It may
// return without any.
func (k *Kqueue) Wait(e *KqueueEvents, timeout time.Duration) int {
	var limit *unix.Timespec
	if timeout >= 0 {
		t := unix.NsecToTimespec(int64(min(timeout, maxTimeout)))
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

// event converts an event of the system into the common form.
func (k *Kqueue) event(e *unix.Kevent_t) KqueueEvent {
	if k.wakeup.consume(e) {
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

// Trigger makes the Wait in progress, or else the next one, return with an event that has
// no filter. Any goroutine may call it.
func (k *Kqueue) Trigger() { k.wakeup.trigger(k) }

// Close closes the queue.
func (k *Kqueue) Close() error {
	k.wakeup.close()
	return os.NewSyscallError("close", unix.Close(k.fd))
}
