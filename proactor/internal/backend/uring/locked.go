//go:build linux

package uring

import (
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// resting is how the dispatching goroutine waits for completions: parked in Go's
// poller ([sys.Parking]), or with its thread.
type resting interface {
	// Sleep returns when there may be a reason to, at the deadline, or after Wake.
	Sleep(deadline time.Duration)
	// Wake ends the Sleep in progress. The reason must be there before.
	Wake()
	// Asleep reports whether somebody sleeps or is about to.
	Asleep() bool
	Close() error
}

// thread is a resting whose Sleep is the kernel's own wait for completions, on
// the one thread that may submit and that runs the completions' work when it asks
// for them (SINGLE_ISSUER, DEFER_TASKRUN). Others wake it through an eventfd that
// the ring watches.
type thread struct {
	b      *Backend
	event  sys.Event
	asleep atomic.Bool
}

// wakeNumber is the user data of the entry that watches the event. No slot has
// it.
const wakeNumber = 0

func newThread(b *Backend) (*thread, error) {
	event, err := sys.NewEvent()
	if err != nil {
		return nil, err
	}
	t := &thread{b: b, event: event}
	t.watch()
	return t, nil
}

// watch asks the ring to complete something when the event is set. The backend's
// lock is held, or nobody else knows it yet.
func (t *thread) watch() {
	t.b.push(&sys.SQE{Opcode: sys.RingOpPollAdd, FD: int32(t.event.FD()), OpFlags: sys.RingPollIn, UserData: wakeNumber})
}

// heard is called when the event was set. The lock is held.
func (t *thread) heard() {
	t.event.Clear()
	t.watch()
}

// wait is Wait. What has gathered is submitted by the same system call that waits
// for completions.
func (t *thread) wait(deadline time.Duration) *backend.Op {
	b := t.b
	for {
		b.takeTurns()
		passed := b.passed(deadline)
		if passed || b.rousing() {
			b.submit()
			b.flush()
		} else {
			t.Sleep(deadline)
		}
		list := b.reap()
		if list != nil || b.woken.Load() || passed {
			b.answer()
			return list
		}
	}
}

// rousing reports whether there is a reason not to sleep, beside what Sleep
// submits.
func (b *Backend) rousing() bool {
	return b.ring.Ready() > 0 || b.woken.Load() || b.spilled.Load() || b.ring.Overflown() || b.ready.Load() || b.standing.Load()
}

// Sleep implements resting. It submits, too.
func (t *thread) Sleep(deadline time.Duration) {
	b := t.b
	t.asleep.Store(true)
	if !b.rousing() {
		timeout := time.Duration(-1)
		if deadline != backend.NoDeadline {
			timeout = max(deadline-b.Now(), 0)
		}
		b.copying.Store(0)
		if errno := b.ring.EnterWait(b.ring.Pending(), timeout); errno != 0 && errno != unix.ETIME && !passing(errno) {
			panic("uring: io_uring_enter: " + errno.Error()) // as in submit; or it is the wrong thread
		}
	}
	t.asleep.Store(false)
}

// Wake implements resting.
func (t *thread) Wake() {
	if t.asleep.Load() && t.asleep.CompareAndSwap(true, false) {
		t.event.Set()
	}
}

// Asleep implements resting.
func (t *thread) Asleep() bool { return t.asleep.Load() }

// Close implements resting.
func (t *thread) Close() error {
	err := t.b.ring.Close()
	t.event.Close()
	return err
}
