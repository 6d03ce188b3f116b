//go:build linux

// Package epoll carries operations out on readiness (package readiness), which an
// epoll instance reports. With nothing to do it parks in Go's netpoller, on the
// descriptor of the instance, so that no thread waits.
package epoll

import (
	"time"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/readiness"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// New makes a backend. The error says what the system lacks.
func New(backend.Options) (backend.Backend, error) { return readiness.New("epoll", open) }

// demultiplexer is an epoll instance and a place to sleep on it.
type demultiplexer struct {
	sys.Parking // Sleep, Wake, Close
	epoll       sys.Epoll
	events      sys.EpollBuffer // used by Poll only
}

func open(begun time.Time, ready func() bool) (readiness.Demultiplexer, error) {
	e, err := sys.NewEpoll()
	if err != nil {
		return nil, err
	}
	d := &demultiplexer{epoll: e}
	if err := d.Init(e.FD(), "epoll", begun, ready); err != nil {
		sys.Close(e.FD())
		return nil, err
	}
	return d, nil
}

// Add implements readiness.Demultiplexer.
func (d *demultiplexer) Add(fd int, token readiness.Token) unix.Errno {
	return d.epoll.Add(fd, sys.EpollData(token))
}

// Remove implements readiness.Demultiplexer.
func (d *demultiplexer) Remove(fd int) { d.epoll.Remove(fd) }

// Unwatch implements readiness.Unwatcher.
func (d *demultiplexer) Unwatch(fd int) { d.epoll.Unwatch(fd) }

// Watch implements readiness.Unwatcher.
func (d *demultiplexer) Watch(fd int, token readiness.Token) { d.epoll.Watch(fd, sys.EpollData(token)) }

// Poll implements readiness.Demultiplexer.
func (d *demultiplexer) Poll(edges *readiness.Edges) int {
	n := d.epoll.Poll(&d.events)
	for i := range n {
		e := d.events.Event(i)
		edges[i] = readiness.Edge{Token: readiness.Token(e.Data), Flags: translate(e.Flags)}
	}
	return n
}

// translate turns the flags of epoll into those of package readiness.
func translate(flags uint32) (f readiness.Flags) {
	if flags&sys.EpollIn != 0 {
		f |= readiness.Readable
	}
	if flags&sys.EpollOut != 0 {
		f |= readiness.Writable
	}
	if flags&sys.EpollHangup != 0 {
		f |= readiness.Hangup
	}
	return f
}
