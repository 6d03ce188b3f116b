//go:build linux

package uring

import (
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
)

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
