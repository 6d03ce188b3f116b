//go:build linux

package uring

import (
	"errors"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// parking is where the dispatcher's goroutine sleeps: in Go's netpoller, on the
// ring's descriptor, so that it holds no thread. A waker ends the sleep by
// moving the deadline into the past, which is no system call.
//
// The order of things makes sure that no wake is lost: the sleeper sets its
// deadline, says that it sleeps, then looks for a reason not to; a waker leaves
// a reason, then looks whether anybody sleeps.
type parking struct {
	file   *os.File
	conn   syscall.RawConn
	ready  func(uintptr) bool
	asleep atomic.Bool
	woken  atomic.Bool

	deadline time.Duration // what the descriptor's deadline is now, if known
	known    bool
}

// init takes the ring's descriptor over.
func (p *parking) init(ring *sys.Ring) error {
	p.file = os.NewFile(uintptr(ring.FD()), "io_uring")
	if err := p.file.SetReadDeadline(time.Time{}); err != nil {
		return err // Go's poller does not take it
	}
	conn, err := p.file.SyscallConn()
	if err != nil {
		return err
	}
	p.conn = conn
	p.ready = func(uintptr) bool { return ring.Ready() > 0 || ring.Overflown() }
	p.deadline, p.known = backend.NoDeadline, true
	return nil
}

// parked reports whether somebody sleeps, or is about to.
func (p *parking) parked() bool { return p.asleep.Load() }

// sleep returns when the ring has completions, at the deadline (false), or
// after wake; or at once if stay says so, which is asked when a waker would
// already act.
func (p *parking) sleep(deadline time.Duration, begun time.Time, stay func() bool) (expired bool) {
	if !p.known || p.deadline != deadline {
		p.setDeadline(deadline, begun)
	}
	p.asleep.Store(true)
	defer p.asleep.Store(false)
	if p.woken.Load() || stay() {
		return false
	}
	err := p.conn.Read(p.ready)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		p.known = false
		return true
	}
	return false
}

func (p *parking) setDeadline(deadline time.Duration, begun time.Time) {
	at := time.Time{}
	if deadline != backend.NoDeadline {
		at = begun.Add(deadline)
	}
	_ = p.file.SetReadDeadline(at)
	p.deadline, p.known = deadline, true
}

// longAgo is a deadline that has passed.
var longAgo = time.Unix(1, 0)

// wake ends the sleep in progress, or prevents the next one.
func (p *parking) wake() {
	if !p.woken.Swap(true) && p.asleep.Load() {
		_ = p.file.SetReadDeadline(longAgo)
	}
}

// answered forgets a wake: its reason will be seen by who calls this.
func (p *parking) answered() {
	if p.woken.Load() {
		p.woken.Store(false)
	}
}

// close closes the ring's descriptor.
func (p *parking) close() error { return p.file.Close() }
