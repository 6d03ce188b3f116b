package sys

import (
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// Parking is where a dispatching goroutine sleeps: in Go's poller, on a
// descriptor that is readable while there is work (an epoll instance or a ring). A
// sleeping goroutine holds no thread. Another goroutine ends the sleep by moving the read
// deadline into the past, which takes no system call, and the deadline of the sleep
// itself is a timer of the runtime.
//
// No wake is lost. The sleeper declares that it sleeps, then looks for a reason not to.
// A waker publishes a reason, then checks whether a goroutine sleeps. A wake that comes
// too late ends the next sleep without a reason, which does no harm.
//
// Sleep is called by one goroutine at a time, Wake by any.
type Parking struct {
	file     *os.File
	conn     syscall.RawConn
	begun    time.Time // the time from which deadlines count
	ready    func(uintptr) bool
	sleeping atomic.Bool

	deadline time.Duration // the descriptor's deadline, if known
	known    bool
}

// Init takes over the non-blocking descriptor fd. The sleeping goroutine calls ready
// before it parks and each time fd becomes readable, and loses no event in between. True
// ends the sleep. Deadlines count from begun.
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

// Sleep returns when ready returns true, at the deadline, or after Wake. It may
// return without a reason.
func (p *Parking) Sleep(deadline time.Duration) {
	if !p.known || p.deadline != deadline {
		p.setDeadline(deadline)
	}
	p.sleeping.Store(true)
	err := p.conn.Read(p.ready)
	p.sleeping.Store(false)
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

// Wake ends the sleep in progress. The caller publishes the reason before, so that ready
// sees it. Wake costs one load if no goroutine sleeps, and only one waker pays for the
// wake-up.
func (p *Parking) Wake() {
	if p.sleeping.Load() && p.sleeping.CompareAndSwap(true, false) {
		_ = p.file.SetReadDeadline(longAgo) // fails only once closed
	}
}

// Sleeping reports whether a goroutine sleeps or is about to: ready may not see work that
// is added now.
func (p *Parking) Sleeping() bool { return p.sleeping.Load() }

// Close closes the descriptor.
func (p *Parking) Close() error { return p.file.Close() }
