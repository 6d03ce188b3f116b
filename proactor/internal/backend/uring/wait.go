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

// Waiting, in this order: Wait, the thread that waits in the kernel with Options.Locked,
// and the spins that may precede a Wait.

// Wait submits the entries added since the last call and returns the operations
// that have completed. It parks only when there are none.
func (b *Backend) Wait(deadline time.Duration) *backend.Op {
	switch {
	case b.ringClosed:
		return b.takeRemaining()
	case b.thread != nil:
		return b.thread.wait(deadline)
	}
	b.countWait()
	for {
		b.submitHeld()
		b.runTransmits()
		b.submit()
		b.fetchOverflow()
		list := b.reap()
		if list != nil || b.Woken.Load() || b.IsDue(deadline) {
			b.ClearWake()
			return list
		}
		if b.hasTransmits.Load() {
			continue
		}
		b.sleeper.Sleep(deadline)
		b.reaps.Add(1)
	}
}

// takeRemaining returns the operations that Close left for Wait, and those that
// were started after Close.
func (b *Backend) takeRemaining() *backend.Op {
	b.mu.Lock()
	list, descriptors, toRelease := b.completed.Take(), b.toClose, b.toRelease
	b.toClose, b.toRelease = nil, backend.SpareBuffers{}
	b.mu.Unlock()
	toRelease.Release()
	closeDescriptors(descriptors)
	return list
}

// fetchOverflow fetches the completions that did not fit in the completion queue.
func (b *Backend) fetchOverflow() {
	if b.ring.Ready() == 0 && b.ring.NeedsEnter() {
		b.ring.Enter(0, sys.RingEnterGetEvents, true)
	}
}

// hasWork reports whether there is a reason not to sleep.
func (b *Backend) hasWork() bool {
	return b.ring.Ready() > 0 || b.Woken.Load() || b.ring.Pending() > 0 || b.ring.Overflown() || b.hasCompleted.Load() || b.hasTransmits.Load() || b.spinner.held.Load() != nil
}

// Wake makes Wait return.
func (b *Backend) Wake() {
	if !b.Woken.Load() && !b.Woken.Swap(true) {
		b.sleeper.Wake()
	}
}

// sleeper is where the dispatching goroutine waits for completions: parked in Go's
// poller ([sys.Parking]), or on a thread of its own ([ringThread]).
type sleeper interface {
	// Sleep returns when there may be work, at the deadline, or after Wake.
	Sleep(deadline time.Duration)
	// Wake ends the Sleep in progress. The caller publishes the work before.
	Wake()
	// Sleeping reports whether a goroutine sleeps or is about to.
	Sleeping() bool
	Close() error
}

// ringThread is a sleeper whose Sleep is the kernel's own wait for completions. Only
// its thread submits, and the kernel runs its completion work on that thread when the
// thread asks for it (SINGLE_ISSUER, DEFER_TASKRUN). Other threads wake it with a
// message to the ring (MSG_RING). Where the kernel cannot send a message without a
// ring, they set an eventfd that the ring polls.
type ringThread struct {
	b        *Backend
	event    *sys.Event // nil: messages are used
	sleeping atomic.Bool
	moreWork bool // the kernel may have more completion work to run
}

// wakeNumber is the user data of a message, and of the entry that polls the event.
// No slot has this number.
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
	t.watchEventLocked()
	return t, nil
}

// watchEventLocked polls the event. newRingThread calls it without the lock, when no
// other goroutine knows the ring.
func (t *ringThread) watchEventLocked() {
	t.b.pushLocked(&sys.SQE{Opcode: sys.RingOpPollAdd, FD: int32(t.event.FD()), OpFlags: sys.RingPollIn, UserData: wakeNumber})
}

// onMessageLocked is called when a message has come, or the event was set.
func (t *ringThread) onMessageLocked() {
	if t.event != nil {
		t.event.Clear()
		t.watchEventLocked()
	}
}

// wait is Backend.Wait on a locked thread. One system call submits the entries and runs
// the kernel's deferred work and, if no entry should complete at once, waits.
func (t *ringThread) wait(deadline time.Duration) *backend.Op {
	b := t.b
	for {
		b.runTransmits()
		b.runReceives()
		passed := b.IsDue(deadline)
		if passed || b.estimate.any() || b.threadHasWork() {
			t.submitAndCollect()
		} else {
			t.Sleep(deadline)
		}
		list := b.reap()
		if list != nil || b.Woken.Load() || passed {
			b.ClearWake()
			return list
		}
	}
}

// threadHasWork reports whether there is a reason not to sleep. Entries to submit are
// none, because Sleep submits them.
func (b *Backend) threadHasWork() bool {
	return b.ring.Ready() > 0 || b.Woken.Load() || b.hasBacklog.Load() || b.ring.Overflown() || b.hasCompleted.Load() || b.hasTransmits.Load() || b.hasReceives.Load()
}

// shortCallEntries and shortCallBytes bound the work of a system call that is hidden from
// the Go scheduler to about a quarter of a millisecond: a garbage collection may have to
// wait for that long. For an ordinary system call the scheduler takes the thread's
// processor away and wakes its monitor each time, which is 3 % of an echo server's
// processor time.
const (
	shortCallEntries = 128
	shortCallBytes   = 512 << 10
)

// deferredWork is the number of work items after which the kernel may stop running
// deferred work in one call. See [sys.Ring.EnterWait].
const deferredWork = 20

// submitAndCollect submits the entries and collects completions, without waiting.
//
// Completions that are posted while the kernel takes the entries satisfy a call at
// once. The kernel would then run only deferredWork items, even if there are more, and
// slow connections would wait for fast ones. So the call asks for as many completions
// as there are entries that should complete at once.
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

// check panics on an error that no entry causes: the program closed our descriptor or
// installed a seccomp filter after New, or this is the wrong thread. No operation would
// ever complete again.
func (t *ringThread) check(errno unix.Errno) {
	if errno != 0 && errno != unix.ETIME && !isTransient(errno) {
		panic("uring: io_uring_enter: " + errno.Error())
	}
}

// Sleep implements sleeper. It also submits the entries.
func (t *ringThread) Sleep(deadline time.Duration) {
	b := t.b
	t.sleeping.Store(true)
	if !b.threadHasWork() {
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

// Wake implements sleeper. A Wake that arrives after Close must not touch the
// descriptors, because their numbers may belong to other files by then.
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

// sendMessage sends the ring a message. While the kernel is short of memory it tries
// again. After any other error the thread would sleep forever: see check.
func (t *ringThread) sendMessage() {
	for errno := t.b.ring.SendMessage(wakeNumber); errno != 0; errno = t.b.ring.SendMessage(wakeNumber) {
		if errno != unix.ENOMEM && errno != unix.EOVERFLOW && !isTransient(errno) {
			panic("uring: waking the ring's thread: " + errno.Error())
		}
		runtime.Gosched()
	}
}

// Sleeping implements sleeper.
func (t *ringThread) Sleeping() bool { return t.sleeping.Load() }

// Close implements sleeper.
func (t *ringThread) Close() error {
	err := t.b.ring.Close()
	if t.event != nil {
		t.event.Close()
	}
	return err
}

// A spin tries a read again and again, which the kernel therefore must not have: while a
// dispatcher spins between its waits, the read that was started last is held back. It
// gets its entry at the next Wait, or when another read is held back.
//
// Only the spinning goroutine tries the read, without the lock, and marks it as attempted
// meanwhile: a cancel then leaves it to that goroutine.

// waitsUntilDone is the number of waits after a spin until reads are not held back any
// more.
const waitsUntilDone = 2

// spinner is the state of the spins of a backend.
type spinner struct {
	waits atomic.Int32               // waits for which reads are still held back; changed by Wait and Spin only
	held  atomic.Pointer[backend.Op] // the read that is held back; changed under Backend.mu
}

var _ backend.Spinner = (*Backend)(nil)

// Spin implements backend.Spinner.
func (b *Backend) Spin(end time.Duration) (list *backend.Op, paid backend.SpinResult) {
	if b.ringClosed || b.thread != nil {
		return nil, backend.SpinRefused
	}
	b.spinner.waits.Store(waitsUntilDone)
	for tries := 1; b.tryHeld(); tries++ {
		if b.ring.Pending() > 0 && !b.submit() {
			return nil, backend.SpinFruitless
		}
		if list := b.reap(); list != nil {
			if b.spinner.held.Load() != nil {
				return list, backend.SpinFruitless
			}
			return list, backend.SpinFruitful
		}
		if b.Woken.Load() || b.hasTransmits.Load() || b.ring.Overflown() || tries%backend.TriesPerLook == 0 && b.Now() >= end {
			return nil, backend.SpinFruitless
		}
	}
	return nil, backend.SpinRefused
}

// holdLocked holds op back, whose slot has no entry yet, if a spin may follow.
func (b *Backend) holdLocked(op *backend.Op) bool {
	if op.Kind != backend.KindRead || b.spinner.waits.Load() == 0 || op.Handle.(*handle).Name != "" {
		return false
	}
	b.submitHeldLocked()
	op.Flag |= heldBack
	b.spinner.held.Store(op)
	return true
}

// submitHeldLocked writes the entry of the read that is held back.
func (b *Backend) submitHeldLocked() {
	if op := b.spinner.held.Load(); op != nil && op.Flag&attempted == 0 {
		b.spinner.held.Store(nil)
		op.Flag &^= heldBack
		b.prepareLocked(op)
	}
}

// submitHeld is submitHeldLocked for a caller without the lock.
func (b *Backend) submitHeld() {
	if b.spinner.held.Load() != nil {
		b.mu.Lock()
		b.submitHeldLocked()
		b.mu.Unlock()
	}
}

// countWait is called by each Wait.
func (b *Backend) countWait() {
	if n := b.spinner.waits.Load(); n > 0 {
		b.spinner.waits.Store(n - 1)
	}
}

// tryHeld tries the read that is held back, and returns false if there is none.
func (b *Backend) tryHeld() bool {
	if b.spinner.held.Load() == nil {
		return false
	}
	b.mu.Lock()
	op := b.spinner.held.Load()
	if op == nil {
		b.mu.Unlock()
		return false
	}
	op.Flag |= attempted
	b.mu.Unlock()
	n, errno := op.Handle.(*handle).Recv(op.Buf[:min(len(op.Buf), maxTransfer)])
	b.mu.Lock()
	defer b.mu.Unlock()
	op.Flag &^= attempted
	cancelRequested := op.Flag&cancelled != 0
	switch {
	case errno == unix.EAGAIN && !cancelRequested:
		return true
	case errno == unix.EAGAIN:
		errno = unix.ECANCELED
	}
	if errno != 0 {
		n = -int(errno)
	}
	b.spinner.held.Store(nil)
	b.slots.drop(op)
	op.Flag = idle
	b.completeSocketOpLocked(op, int32(n), cancelRequested)
	b.hasCompleted.Store(true)
	return true
}
