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

// push publishes an entry, or keeps it for when there is room: the order is
// kept. The lock is held.
func (b *Backend) push(e *sys.SQE) {
	if len(b.backlog) == 0 {
		if b.placeEntry(e) {
			return
		}
		if b.thread == nil {
			b.ring.Enter(b.ring.Pending(), 0, true) // full; whatever it says, look again
			if b.placeEntry(e) {
				return
			}
		}
	}
	b.backlog = append(b.backlog, *e)
	b.hasBacklog.Store(true)
}

func (b *Backend) placeEntry(e *sys.SQE) bool {
	free := b.ring.NextSQE()
	if free == nil {
		return false
	}
	*free = *e
	b.ring.Publish()
	return true
}

// refill moves what was kept into the submission queue.
func (b *Backend) refill() {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for n < len(b.backlog) && b.placeEntry(&b.backlog[n]) {
		n++
	}
	b.backlog = append(b.backlog[:0], b.backlog[n:]...)
	b.hasBacklog.Store(len(b.backlog) > 0)
}

// submit makes the kernel take everything that is published. It never waits.
// It reports false when completions have to be read first.
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
			// No entry causes this: somebody has closed our descriptor, or has
			// installed a filter after New. Nothing would ever complete again.
			panic("uring: io_uring_enter: " + errno.Error())
		}
		if b.hasBacklog.Load() {
			b.refill()
		}
	}
	return true
}

// passing reports whether an error of Enter goes away by itself, or by reading
// completions.
func isTransient(errno unix.Errno) bool {
	return errno == unix.EINTR || errno == unix.EBUSY || errno == unix.EAGAIN
}

// nudge gets what was just queued to where it is going while the dispatcher is
// parked. While it is not, it will come by itself.
func (b *Backend) wakeOrSubmit() {
	switch {
	case !b.sleeper.Sleeping():
		return
	case b.thread != nil:
		b.thread.Wake()
		return
	}
	b.enterMu.RLock()
	defer b.enterMu.RUnlock()
	switch {
	case b.ringClosed:
	case !b.submit() || b.hasCompleted.Load() || b.hasTransmits.Load():
		b.Wake()
	}
}

// maxTransfer is the most that one operation moves: the kernel's own limit,
// which also keeps the length within an entry's 32 bits. Longer ones are short.
const maxTransfer = 0x7ffff000

// maxIovecs is IOV_MAX.
const maxIovecs = 1024

// prepare writes op's entry. op has a slot, the lock is held.
func (b *Backend) prepare(op *backend.Op) {
	e := sys.SQE{UserData: b.slots.number(op)}
	if h, ok := op.Handle.(*handle); ok {
		e.FD = int32(h.fd)
		if op.Kind == backend.KindReceive {
			b.prepareReceive(op, h, &e)
			return
		}
		if h.name != "" {
			b.preparePipe(op, &e)
			return
		}
	}
	switch op.Kind {
	case backend.KindRead:
		e.Opcode, e.Ioprio = sys.RingOpRecv, b.ioprio()
		e.Addr, e.Len = buffer(op.Buf)
		b.willCopy(op.Kind, int(e.Len))
	case backend.KindWrite:
		e.Opcode, e.OpFlags = sys.RingOpSend, unix.MSG_NOSIGNAL
		e.Addr, e.Len = buffer(op.Buf)
		b.willCopy(op.Kind, int(e.Len))
	case backend.KindReadV:
		e.Opcode, e.Ioprio = sys.RingOpRecvMsg, b.ioprio()
		e.Addr, e.Len = message(op), 1
		b.willCopy(op.Kind, vectorLen(op.Vec))
	case backend.KindWriteV:
		e.Opcode, e.OpFlags = sys.RingOpSendMsg, unix.MSG_NOSIGNAL
		e.Addr, e.Len = message(op), 1
		b.willCopy(op.Kind, vectorLen(op.Vec))
	case backend.KindReceiveFrom, backend.KindSendTo:
		b.preparePacket(op, &e)
	case backend.KindAccept:
		from := op.Sys.Address()
		from.Len = uint32(len(from.Bytes))
		e.Opcode, e.OpFlags = sys.RingOpAccept, unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK
		e.Addr = address(unsafe.Pointer(&from.Bytes))
		e.Off = address(unsafe.Pointer(&from.Len))
	case backend.KindConnect:
		b.prepareConnect(op, &e)
	case backend.KindTransmitFile:
		e.Opcode, e.OpFlags = sys.RingOpPollAdd, sys.RingPollOut
	default:
		b.prepareFile(op, &e)
	}
	b.push(&e)
}

// prepareConnect writes the entry of a connect: the attempt itself, or waiting
// for the end of one that goes on.
func (b *Backend) prepareConnect(op *backend.Op, e *sys.SQE) {
	e.FD = op.Sys.Fd
	if op.Flag&polling != 0 {
		e.Opcode, e.OpFlags = sys.RingOpPollAdd, sys.RingPollOut
		return
	}
	e.Opcode = sys.RingOpConnect
	e.Addr, e.Off = address(unsafe.Pointer(&op.Sys.Addr.Bytes)), uint64(op.Sys.Addr.Len)
}

// prepareCancel asks for the operation of that number. It gets ahead of
// nothing: an operation that is in the submission queue comes before it.
func (b *Backend) prepareCancel(number uint64) {
	e := sys.SQE{Opcode: sys.RingOpAsyncCancel, FD: -1, Addr: number, UserData: number | ofCancel}
	if b.caps.SkipSuccess {
		e.Flags = sys.SQESkipSuccess
	}
	b.push(&e)
}

// ioprio makes reads wait before the first attempt, where the kernel can: who
// starts a read has found nothing to read just before.
func (b *Backend) ioprio() uint16 {
	if b.caps.PollFirst {
		return sys.SQEPollFirst
	}
	return 0
}

// willCopy counts what the kernel may move during the next Enter, by an operation
// that it tries at once.
func (b *Backend) willCopy(k backend.Kind, n int) {
	if k.Direction() == backend.Out || !b.caps.PollFirst {
		b.estimate.prompt(n)
	}
}

func address(p unsafe.Pointer) uint64 { return uint64(uintptr(p)) }

// buffer is where b is, for the kernel. The Op keeps b reachable.
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

// vectorLen is how many bytes v is, or maxTransfer if that is less.
func vectorLen(v [][]byte) (n int) {
	for _, b := range v {
		if len(b) > maxTransfer-n {
			return maxTransfer
		}
		n += len(b)
	}
	return n
}

// size is how many bytes op is about; 1 for those that are not about bytes.
func size(op *backend.Op) int {
	switch op.Kind {
	case backend.KindRead, backend.KindWrite:
		return len(op.Buf)
	case backend.KindReadV, backend.KindWriteV:
		return vectorLen(op.Vec)
	}
	return 1
}

// expected is what the next Enter will do, by all that is known, while it takes the
// entries: how many of them complete then and there, as a write to a socket with
// room does, and how many bytes may be copied. It is an estimate, for choosing how
// to enter. Anybody may add; it is one word, so that adding costs one instruction.
type estimate struct{ word atomic.Int64 }

// promptShift: the bytes are below, the entries above. So many bytes that they
// spill over count as an entry, which does no harm.
const promptShift = 40

// prompt adds an entry that is likely to complete at once and may copy n bytes.
func (x *estimate) prompt(n int) { x.word.Add(1<<promptShift + int64(n)) }

// slow adds an entry that may copy n bytes, but complete later.
func (x *estimate) slow(n int) { x.word.Add(int64(n)) }

// any reports whether there is an entry that completes at once.
func (x *estimate) any() bool { return x.word.Load()>>promptShift > 0 }

// take is what was added since the last time. More bytes than an int holds are as
// many as it holds.
func (x *estimate) take() (entries, bytes int) {
	v := x.word.Swap(0)
	return int(v >> promptShift), int(min(v&(1<<promptShift-1), math.MaxInt))
}
