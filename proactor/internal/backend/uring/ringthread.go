//go:build linux

package uring

import (
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// resting is how the dispatching goroutine waits for completions: parked in Go's
// poller ([sys.Parking]), or with its thread.
type sleeper interface {
	// Sleep returns when there may be a reason to, at the deadline, or after Wake.
	Sleep(deadline time.Duration)
	// Wake ends the Sleep in progress. The reason must be there before.
	Wake()
	// Sleeping reports whether somebody sleeps or is about to.
	Sleeping() bool
	Close() error
}

// thread is a resting whose Sleep is the kernel's own wait for completions, on
// the one thread that may submit and that runs the completions' work when it asks
// for them (SINGLE_ISSUER, DEFER_TASKRUN). Others wake it with a message to the
// ring (MSG_RING), or, where the kernel has no messages from those who have no
// ring, through an eventfd that the ring watches.
type ringThread struct {
	b        *Backend
	event    *sys.Event // nil: messages
	sleeping atomic.Bool
	moreWork bool // the kernel may have work left that it was not asked to do
}

// wakeNumber is the user data of a message, and of the entry that watches the
// event. No slot has it.
const wakeNumber = 0

func newRingThread(b *Backend) (*ringThread, error) {
	t := &ringThread{b: b}
	if b.caps.Messages {
		return t, nil
	}
	event, err := sys.NewEvent()
	if err != nil {
		return nil, err
	}
	t.event = &event
	t.watchEvent()
	return t, nil
}

// watch asks the ring to complete something when the event is set. The backend's
// lock is held, or nobody else knows it yet.
func (t *ringThread) watchEvent() {
	t.b.push(&sys.SQE{Opcode: sys.RingOpPollAdd, FD: int32(t.event.FD()), OpFlags: sys.RingPollIn, UserData: wakeNumber})
}

// heard is called when a message has come, or the event was set. The lock is held.
func (t *ringThread) onMessage() {
	if t.event != nil {
		t.event.Clear()
		t.watchEvent()
	}
}

// wait is Wait. What has gathered is submitted by the same system call that runs
// the kernel's deferred work and, if nothing is expected to complete at once, waits.
func (t *ringThread) wait(deadline time.Duration) *backend.Op {
	b := t.b
	for {
		b.runTransmits()
		b.runReceives()
		passed := b.isDue(deadline)
		if passed || b.estimate.any() || b.hasThreadWork() {
			t.submitAndCollect()
		} else {
			t.Sleep(deadline)
		}
		list := b.reap()
		if list != nil || b.woken.Load() || passed {
			b.clearWake()
			return list
		}
	}
}

// rousing reports whether there is a reason not to sleep, beside what Sleep
// submits.
func (b *Backend) hasThreadWork() bool {
	return b.ring.Ready() > 0 || b.woken.Load() || b.hasBacklog.Load() || b.ring.Overflown() || b.hasCompleted.Load() || b.hasTransmits.Load() || b.hasReceives.Load()
}

// shortCallEntries and shortCallBytes bound what is done in a system call that the Go
// scheduler is not told of: about a quarter of a millisecond's work, which is what a
// garbage collection may have to wait for it. Told of a call, the scheduler takes the
// thread's processor away and wakes its monitor each time: 3 % of an echo server's
// processor time.
const (
	shortCallEntries = 128
	shortCallBytes   = 512 << 10
)

// deferredWork is the least that the kernel runs of its deferred work in one call,
// if it has as much. See [sys.Ring.EnterWait].
const deferredWork = 20

// pass submits what has gathered and collects what has completed, without waiting.
//
// Completions that come about while the kernel takes the entries satisfy a call at
// once; and then it would run but the least of its deferred work, however much there
// is: connections would wait for those that are faster than they. So as many
// completions are asked for as there are entries that will complete on the spot.
func (t *ringThread) submitAndCollect() {
	b := t.b
	for {
		entries, bytes := b.estimate.take()
		pending := b.ring.Pending()
		if pending == 0 && !t.moreWork && !b.ring.NeedsEnter() {
			return
		}
		before, least := b.ring.Ready(), min(uint32(entries), pending)
		var errno unix.Errno
		if entries <= shortCallEntries && bytes <= shortCallBytes {
			errno = b.ring.EnterQuick(pending, least)
		} else {
			errno = b.ring.EnterWait(pending, least, 0)
		}
		t.check(errno)
		t.moreWork = b.ring.Ready()-before >= deferredWork
		if errno != 0 && errno != unix.ETIME || !b.hasBacklog.Load() {
			return
		}
		b.refill()
	}
}

// check panics for what no entry causes: somebody has closed our descriptor, has
// installed a filter after New, or it is the wrong thread. Nothing would ever
// complete again.
func (t *ringThread) check(errno unix.Errno) {
	if errno != 0 && errno != unix.ETIME && !isTransient(errno) {
		panic("uring: io_uring_enter: " + errno.Error())
	}
}

// Sleep implements resting. It submits, too.
func (t *ringThread) Sleep(deadline time.Duration) {
	b := t.b
	t.sleeping.Store(true)
	if !b.hasThreadWork() {
		timeout := time.Duration(-1)
		if deadline != backend.NoDeadline {
			timeout = max(deadline-b.Now(), 0)
		}
		b.estimate.take()
		t.check(b.ring.EnterWait(b.ring.Pending(), 1, timeout))
		t.moreWork = b.ring.Ready() >= deferredWork
		b.reaps.Add(1)
	}
	t.sleeping.Store(false)
}

// Wake implements resting. Who comes late, when Close has woken the thread by other
// means, must not touch the descriptors: their numbers may be somebody else's.
func (t *ringThread) Wake() {
	if !t.sleeping.Load() || !t.sleeping.CompareAndSwap(true, false) {
		return
	}
	t.b.enterMu.RLock()
	defer t.b.enterMu.RUnlock()
	switch {
	case t.b.ringClosed:
	case t.event != nil:
		t.event.Set()
	default:
		t.sendMessage()
	}
}

// tell sends the ring a message. It fails for want of memory, which passes. For any
// other reason the thread would sleep on, and nobody wake it: see check.
func (t *ringThread) sendMessage() {
	for errno := t.b.ring.SendMessage(wakeNumber); errno != 0; errno = t.b.ring.SendMessage(wakeNumber) {
		if errno != unix.ENOMEM && errno != unix.EOVERFLOW && !isTransient(errno) {
			panic("uring: waking the ring's thread: " + errno.Error())
		}
		runtime.Gosched()
	}
}

// Sleeping implements resting.
func (t *ringThread) Sleeping() bool { return t.sleeping.Load() }

// Close implements resting.
func (t *ringThread) Close() error {
	err := t.b.ring.Close()
	if t.event != nil {
		t.event.Close()
	}
	return err
}
