//go:build linux

// Package epoll carries operations out on readiness (package readiness), which an
// epoll instance reports. With nothing to do it parks in Go's netpoller, so that no
// thread waits.
//
// It parks on the descriptor of a second instance, the gate, which watches the first.
// Go's netpoller wakes a thread for each edge, even if no goroutine is parked, and that
// thread takes the processor from the peer. While a dispatcher spins instead of parking,
// the gate is shut, and edges wake nothing.
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
	parking sys.Parking // on the gate
	epoll   sys.Epoll
	gate    sys.Epoll       // closed by parking
	shut    bool            // the gate does not watch epoll; used by Sleep and Shut
	events  sys.EpollBuffer // used by Poll only
}

var _ readiness.Gated = (*demultiplexer)(nil)

func open(begun time.Time, ready func() bool) (readiness.Demultiplexer, error) {
	d := new(demultiplexer)
	var err error
	if d.epoll, err = sys.NewEpoll(); err != nil {
		return nil, err
	}
	if d.gate, err = sys.NewEpoll(); err != nil {
		sys.Close(d.epoll.FD())
		return nil, err
	}
	if err = d.gate.AddEpoll(d.epoll); err == nil {
		err = d.parking.Init(d.gate.FD(), "epoll", begun, ready)
	}
	if err != nil {
		sys.Close(d.epoll.FD())
		sys.Close(d.gate.FD())
		return nil, err
	}
	return d, nil
}

// Close implements readiness.Demultiplexer.
func (d *demultiplexer) Close() error {
	sys.Close(d.epoll.FD())
	return d.parking.Close()
}

// Sleep implements readiness.Demultiplexer. An edge that came while the gate was shut
// ends the sleep.
func (d *demultiplexer) Sleep(deadline time.Duration) {
	if d.shut {
		d.shut = false
		d.gate.WatchEpoll(d.epoll, true)
	}
	d.parking.Sleep(deadline)
}

// Shut implements readiness.Gated.
func (d *demultiplexer) Shut() {
	if !d.shut {
		d.shut = true
		d.gate.WatchEpoll(d.epoll, false)
	}
}

// Wake implements readiness.Demultiplexer.
func (d *demultiplexer) Wake() { d.parking.Wake() }

// Add implements readiness.Demultiplexer.
func (d *demultiplexer) Add(fd int, token readiness.Token) unix.Errno {
	return d.epoll.Add(fd, sys.EpollData(token))
}

// Remove implements readiness.Demultiplexer.
func (d *demultiplexer) Remove(fd int) { d.epoll.Remove(fd) }

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
