package sys

import (
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// Parking is where a dispatching goroutine sleeps: in Go's poller, on a
// descriptor that is readable while there is something to do (an epoll instance
// or a ring). It holds no thread meanwhile. Another goroutine ends the sleep by
// moving the read deadline into the past: that is no system call either, and the
// deadline of the sleep itself is one of the runtime's timers.
//
// No wake is lost: the sleeper says that it sleeps, then looks for a reason not
// to; a waker leaves a reason, then looks whether anybody sleeps. A wake that
// comes too late ends the next sleep in vain, which is harmless.
//
// Sleep is called by one goroutine at a time, Wake by any.
type Parking struct {
	file   *os.File
	conn   syscall.RawConn
	begun  time.Time // what deadlines are counted from
	ready  func(uintptr) bool
	asleep atomic.Bool

	deadline time.Duration // what the descriptor's deadline is, if known
	known    bool
}

// Init takes over the non-blocking descriptor fd. ready is asked by the
// sleeping goroutine before it parks and each time fd becomes readable, with
// nothing lost in between: true ends the sleep. Deadlines are counted from
// begun.
func (p *Parking) Init(fd int, name string, begun time.Time, ready func() bool) error {
	p.file = os.NewFile(uintptr(fd), name)
	if err := p.file.SetReadDeadline(time.Time{}); err != nil {
		return err // Go's poller does not take this kind of descriptor
	}
	conn, err := p.file.SyscallConn()
	if err != nil {
		return err
	}
	p.conn, p.begun = conn, begun
	p.ready = func(uintptr) bool { return ready() }
	p.deadline, p.known = backend.NoDeadline, true
	return nil
}

// Sleep returns when ready has said so, at the deadline, or after Wake. It may
// return without a reason.
func (p *Parking) Sleep(deadline time.Duration) {
	if !p.known || p.deadline != deadline {
		p.setDeadline(deadline)
	}
	p.asleep.Store(true)
	err := p.conn.Read(p.ready)
	p.asleep.Store(false)
	if err != nil { // the deadline has passed, or Wake moved it
		p.known = false
	}
}

func (p *Parking) setDeadline(deadline time.Duration) {
	at := time.Time{}
	if deadline != backend.NoDeadline {
		at = p.begun.Add(deadline)
	}
	_ = p.file.SetReadDeadline(at) // fails only once closed
	p.deadline, p.known = deadline, true
}

// longAgo is a deadline that has passed.
var longAgo = time.Unix(1, 0)

// Wake ends the sleep in progress. The reason must be there for ready to see
// before. It costs one load if nobody sleeps, and only one waker pays.
func (p *Parking) Wake() {
	if p.asleep.Load() && p.asleep.CompareAndSwap(true, false) {
		_ = p.file.SetReadDeadline(longAgo) // fails only once closed
	}
}

// Sleeping reports whether a goroutine sleeps, or is about to: then ready has not
// been asked, or will not see what came after it was.
func (p *Parking) Sleeping() bool { return p.asleep.Load() }

// Close closes the descriptor.
func (p *Parking) Close() error { return p.file.Close() }
