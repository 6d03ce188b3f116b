package sys

import (
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Epoll is an epoll instance. Its descriptor is non-blocking, for Go's poller.
type Epoll struct {
	fd int
}

// EpollEvent says what has become possible, and on which descriptor.
type EpollEvent struct {
	Flags uint32
	Data  EpollData
}

// EpollData identifies a descriptor; it is given to Add.
type EpollData uint64

// What has become possible. A hang-up or an error concerns both directions.
const (
	EpollIn     = unix.EPOLLIN
	EpollOut    = unix.EPOLLOUT
	EpollHangup = unix.EPOLLRDHUP | unix.EPOLLHUP | unix.EPOLLERR
)

// edges are the events of every descriptor: all of them, and only changes.
const edges = unix.EPOLLIN | unix.EPOLLOUT | unix.EPOLLRDHUP | unix.EPOLLET&0xffffffff

// NewEpoll makes an instance. The error says what failed.
func NewEpoll() (Epoll, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return Epoll{-1}, os.NewSyscallError("epoll_create1", err)
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		Close(fd)
		return Epoll{-1}, os.NewSyscallError("fcntl O_NONBLOCK", err)
	}
	return Epoll{fd}, nil
}

// FD returns the descriptor of the instance, which is readable while there are events.
func (e Epoll) FD() int { return e.fd }

// Add watches fd in both directions, edge-triggered, until it is closed. What
// is possible already counts as a change.
func (e Epoll) Add(fd int, data EpollData) unix.Errno {
	return e.control(unix.EPOLL_CTL_ADD, fd, edges, data)
}

// AddEpoll watches another instance: e is readable while inner has events.
func (e Epoll) AddEpoll(inner Epoll) error {
	if errno := e.control(unix.EPOLL_CTL_ADD, inner.fd, unix.EPOLLIN, 0); errno != 0 {
		return os.NewSyscallError("epoll_ctl", errno)
	}
	return nil
}

// WatchEpoll watches inner again, or stops doing so until it is called again.
func (e Epoll) WatchEpoll(inner Epoll, on bool) {
	events := uint32(0)
	if on {
		events = unix.EPOLLIN
	}
	e.control(unix.EPOLL_CTL_MOD, inner.fd, events, 0)
}

// Remove stops watching fd, which stays open.
func (e Epoll) Remove(fd int) { e.control(unix.EPOLL_CTL_DEL, fd, 0, 0) }

func (e Epoll) control(what uintptr, fd int, events uint32, data EpollData) unix.Errno {
	event := unix.EpollEvent{Events: events, Fd: int32(uint32(data)), Pad: int32(uint32(data >> 32))}
	_, _, errno := unix.RawSyscall6(unix.SYS_EPOLL_CTL, uintptr(e.fd), what, uintptr(fd), uintptr(unsafe.Pointer(&event)), 0, 0)
	return errno
}

// EpollBuffer is the buffer into which the kernel writes events.
type EpollBuffer [128]unix.EpollEvent

// Event returns event i.
func (b *EpollBuffer) Event(i int) EpollEvent {
	e := &b[i]
	return EpollEvent{e.Events, EpollData(uint32(e.Fd)) | EpollData(uint32(e.Pad))<<32}
}

// Poll fills b with events, without waiting, and returns how many.
func (e Epoll) Poll(b *EpollBuffer) int {
	n, _, errno := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(e.fd), uintptr(unsafe.Pointer(b)), uintptr(len(b)), 0, 0, 0)
	if errno != 0 {
		return 0 // EINTR: the descriptor stays readable
	}
	return int(n)
}
