//go:build linux

package uring

import (
	"math"
	"runtime"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// This file hands entries to the kernel. prepareLocked fills in the entry of an
// operation and pushLocked publishes it in the submission queue. submit, or the
// ring's own thread (wait.go), makes the kernel take what is published.

// maxTransfer is the most that one operation moves: the kernel's own limit,
// which also keeps the length within an entry's 32 bits. A longer operation moves
// less than it was asked for.
const maxTransfer = 0x7ffff000

// maxIovecs is IOV_MAX.
const maxIovecs = 1024

// prepareLocked writes and publishes the entry of op, which has a slot.
func (b *Backend) prepareLocked(op *backend.Op) {
	e := sys.SQE{UserData: b.slots.number(op)}
	h, _ := op.Handle.(*handle)
	if h != nil {
		e.FD = int32(h.FD)
	}
	switch {
	case h != nil && op.Kind == backend.KindReceive:
		b.prepareReceive(op, h, &e)
	case h != nil && h.Name != "" && op.Kind != backend.KindTransmitFile && op.Kind != backend.KindReadable:
		b.preparePipe(op, &e)
	default:
		b.prepareKind(op, &e)
	}
	b.pushLocked(&e)
}

// prepareKind fills in the entry of an operation on a socket, of a connect, or of an
// operation on a file.
func (b *Backend) prepareKind(op *backend.Op, e *sys.SQE) {
	switch op.Kind {
	case backend.KindRead:
		e.Opcode, e.Ioprio = sys.RingOpRecv, b.readPriority()
		e.Addr, e.Len = buffer(op.Buf)
		b.expectCopy(op.Kind, int(e.Len))
	case backend.KindWrite:
		e.Opcode, e.OpFlags = sys.RingOpSend, unix.MSG_NOSIGNAL
		e.Addr, e.Len = buffer(op.Buf)
		b.expectCopy(op.Kind, int(e.Len))
	case backend.KindReadV:
		e.Opcode, e.Ioprio = sys.RingOpRecvMsg, b.readPriority()
		e.Addr, e.Len = message(op), 1
		b.expectCopy(op.Kind, vectorLen(op.Vec))
	case backend.KindWriteV:
		e.Opcode, e.OpFlags = sys.RingOpSendMsg, unix.MSG_NOSIGNAL
		e.Addr, e.Len = message(op), 1
		b.expectCopy(op.Kind, vectorLen(op.Vec))
	case backend.KindReceiveFrom, backend.KindSendTo:
		b.preparePacket(op, e)
	case backend.KindAccept:
		from := op.Sys.Address()
		from.Len = uint32(len(from.Bytes))
		e.Opcode, e.OpFlags = sys.RingOpAccept, unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK
		e.Addr = address(unsafe.Pointer(&from.Bytes))
		e.Off = address(unsafe.Pointer(&from.Len))
	case backend.KindConnect:
		b.prepareConnect(op, e)
	case backend.KindTransmitFile:
		e.Opcode, e.OpFlags = sys.RingOpPollAdd, sys.RingPollOut
	case backend.KindReadable:
		e.Opcode, e.OpFlags = sys.RingOpPollAdd, sys.RingPollIn
	default:
		b.prepareFile(op, e)
	}
}

// prepareConnect fills in the entry of a connect: the attempt, or a poll for the
// end of an attempt in progress.
func (b *Backend) prepareConnect(op *backend.Op, e *sys.SQE) {
	e.FD = op.Sys.Fd
	if op.Flag&polling != 0 {
		e.Opcode, e.OpFlags = sys.RingOpPollAdd, sys.RingPollOut
		return
	}
	e.Opcode = sys.RingOpConnect
	e.Addr, e.Off = address(unsafe.Pointer(&op.Sys.Addr.Bytes)), uint64(op.Sys.Addr.Len)
}

// preparePipe fills in the entry of a read or a write of a handle that is not a
// socket (see pollOrRetryLocked).
func (b *Backend) preparePipe(op *backend.Op, e *sys.SQE) {
	out := op.Kind.Direction() == backend.Out
	e.Off = ^uint64(0) // there is no position
	switch {
	case op.Flag&polling != 0 && out:
		e.Opcode, e.OpFlags, e.Off = sys.RingOpPollAdd, sys.RingPollOut, 0
	case op.Flag&polling != 0:
		e.Opcode, e.OpFlags, e.Off = sys.RingOpPollAdd, sys.RingPollIn, 0
	case op.Kind == backend.KindRead:
		e.Opcode = sys.RingOpRead
		e.Addr, e.Len = buffer(op.Buf)
	case op.Kind == backend.KindWrite:
		e.Opcode = sys.RingOpWrite
		e.Addr, e.Len = buffer(op.Buf)
	default:
		e.Opcode = sys.RingOpReadV
		if out {
			e.Opcode = sys.RingOpWriteV
		}
		message(op)
		iov := op.Sys.Vec.Iov
		e.Addr, e.Len = address(unsafe.Pointer(unsafe.SliceData(iov))), uint32(len(iov))
	}
	b.estimate.addDeferred(size(op))
}

// preparePacket fills in the entry of a receive-from or a send-to.
func (b *Backend) preparePacket(op *backend.Op, e *sys.SQE) {
	m := op.Sys.Vector()
	v := unix.Iovec{Base: unsafe.SliceData(op.Buf)}
	v.SetLen(len(op.Buf))
	m.Iov = append(m.Iov[:0], v)
	m.Msg = unix.Msghdr{Iov: unsafe.SliceData(m.Iov)}
	m.Msg.SetIovlen(1)
	a := op.Sys.Address()
	e.Addr, e.Len = address(unsafe.Pointer(&m.Msg)), 1
	switch {
	case op.Kind == backend.KindReceiveFrom:
		a.Len = uint32(len(a.Bytes))
		m.Msg.Name, m.Msg.Namelen = &a.Bytes[0], a.Len
		e.Opcode, e.Ioprio = sys.RingOpRecvMsg, b.readPriority()
	default:
		if op.Datagram().Addr.IsValid() {
			m.Msg.Name, m.Msg.Namelen = &a.Bytes[0], a.Len
		}
		e.Opcode, e.OpFlags = sys.RingOpSendMsg, unix.MSG_NOSIGNAL
	}
	b.expectCopy(op.Kind, len(op.Buf))
}

// prepareCancelLocked cancels the operation of that number. The entry of an
// operation that is still in the submission queue precedes that of its cancel.
func (b *Backend) prepareCancelLocked(number uint64) {
	e := sys.SQE{Opcode: sys.RingOpAsyncCancel, FD: -1, Addr: number, UserData: number | ofCancel}
	if b.caps.SkipSuccess {
		e.Flags = sys.SQESkipSuccess
	}
	b.pushLocked(&e)
}

// readPriority makes reads poll before the first attempt, where the kernel can:
// an initiator starts a read after it found nothing to read.
func (b *Backend) readPriority() uint16 {
	if b.caps.PollFirst {
		return sys.SQEPollFirst
	}
	return 0
}

// expectCopy counts the bytes that the kernel may move during the next Enter, for
// an operation that the kernel tries at once.
func (b *Backend) expectCopy(k backend.Kind, n int) {
	if k.Direction() == backend.Out || !b.caps.PollFirst {
		b.estimate.addImmediate(n)
	}
}

func address(p unsafe.Pointer) uint64 { return uint64(uintptr(p)) }

// buffer returns the address and the length of b. The Op keeps b reachable.
func buffer(b []byte) (addr uint64, n uint32) {
	return address(unsafe.Pointer(unsafe.SliceData(b))), uint32(min(len(b), maxTransfer))
}

// message lays out op.Vec as a msghdr in the Op's own memory.
func message(op *backend.Op) uint64 {
	m := op.Sys.Vector()
	iov, size := m.Iov[:0], 0
	for _, b := range op.Vec {
		if len(b) == 0 {
			continue
		}
		if len(iov) == maxIovecs || size > 0 && len(b) > maxTransfer-size {
			break
		}
		size += len(b)
		v := unix.Iovec{Base: unsafe.SliceData(b)}
		v.SetLen(len(b))
		iov = append(iov, v)
	}
	m.Iov = iov
	m.Msg = unix.Msghdr{Iov: unsafe.SliceData(iov)}
	m.Msg.SetIovlen(len(iov))
	return address(unsafe.Pointer(&m.Msg))
}

// vectorLen is the number of bytes in v, at most maxTransfer.
func vectorLen(v [][]byte) (n int) {
	for _, b := range v {
		if len(b) > maxTransfer-n {
			return maxTransfer
		}
		n += len(b)
	}
	return n
}

// size is the number of bytes that op asks for; 1 for an operation that moves no
// bytes or a whole datagram.
func size(op *backend.Op) int {
	switch op.Kind {
	case backend.KindRead, backend.KindWrite:
		return len(op.Buf)
	case backend.KindReadV, backend.KindWriteV:
		return vectorLen(op.Vec)
	}
	return 1
}

// pushLocked publishes an entry. If the submission queue is full it keeps the entry
// in the backlog, so that the order stays.
func (b *Backend) pushLocked(e *sys.SQE) {
	if len(b.backlog) == 0 {
		if b.placeEntryLocked(e) {
			return
		}
		if b.thread == nil {
			b.ring.Enter(b.ring.Pending(), 0, true) // on an error there is still no room, and the entry waits
			if b.placeEntryLocked(e) {
				return
			}
		}
	}
	b.backlog = append(b.backlog, *e)
	b.hasBacklog.Store(true)
}

// placeEntryLocked publishes an entry, and returns false if the queue is full.
func (b *Backend) placeEntryLocked(e *sys.SQE) bool {
	free := b.ring.NextSQE()
	if free == nil {
		return false
	}
	*free = *e
	b.ring.Publish()
	return true
}

// refill moves entries from the backlog into the submission queue.
func (b *Backend) refill() {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for n < len(b.backlog) && b.placeEntryLocked(&b.backlog[n]) {
		n++
	}
	b.backlog = append(b.backlog[:0], b.backlog[n:]...)
	b.hasBacklog.Store(len(b.backlog) > 0)
}

// wakeOrSubmit submits what was just queued if the dispatcher is parked; a ring
// thread that sleeps is woken to submit it. A dispatcher that is awake submits it
// in its next Wait.
func (b *Backend) wakeOrSubmit() {
	switch {
	case !b.sleeper.Sleeping():
		return
	case b.thread != nil:
		b.thread.Wake()
		return
	}
	b.submitHeld()
	b.enterMu.RLock()
	defer b.enterMu.RUnlock()
	switch {
	case b.ringClosed:
	case !b.submit() || b.hasCompleted.Load() || b.hasTransmits.Load():
		b.Wake()
	}
}

// submit makes the kernel take all published entries. It never waits. It returns
// false when completions have to be reaped first.
func (b *Backend) submit() bool {
	for b.ring.Pending() > 0 || b.hasBacklog.Load() {
		_, bytes := b.estimate.take()
		_, errno := b.ring.Enter(b.ring.Pending(), 0, bytes <= sys.QuickCopy)
		switch {
		case errno == 0 || errno == unix.EINTR:
		case isTransient(errno): // the completion queue has overflowed, or memory is short
			runtime.Gosched()
			return false
		default:
			// No entry causes this: the program closed our descriptor, or
			// installed a seccomp filter after New. No operation would ever
			// complete again.
			panic("uring: io_uring_enter: " + errno.Error())
		}
		if b.hasBacklog.Load() {
			b.refill()
		}
	}
	return true
}

// isTransient reports whether an error of Enter passes by itself, or after
// completions are reaped.
func isTransient(errno unix.Errno) bool {
	return errno == unix.EINTR || errno == unix.EBUSY || errno == unix.EAGAIN
}

// estimate is what the next Enter will probably do while it takes the entries: how
// many of them complete at once, as a write to a socket with room does, and how many
// bytes it may copy. It decides how to enter. Any goroutine may add to it; it is one
// word, so that adding costs one instruction.
type estimate struct{ word atomic.Int64 }

// entryShift: the bytes are in the bits below, the entries in those above. A number of
// bytes that overflows counts as an entry, which does no harm.
const entryShift = 40

// addImmediate adds an entry that probably completes at once and may copy n bytes.
func (x *estimate) addImmediate(n int) { x.word.Add(1<<entryShift + int64(n)) }

// addDeferred adds an entry that may copy n bytes, but completes later.
func (x *estimate) addDeferred(n int) { x.word.Add(int64(n)) }

// any reports whether there is an entry that probably completes at once.
func (x *estimate) any() bool { return x.word.Load()>>entryShift > 0 }

// take returns what was added since the last call, and resets it. The number of
// bytes is at most the largest int.
func (x *estimate) take() (entries, bytes int) {
	v := x.word.Swap(0)
	return int(v >> entryShift), int(min(v&(1<<entryShift-1), math.MaxInt))
}
