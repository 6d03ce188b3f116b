//go:build linux

package uring

import (
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/files"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// Operations on files go to the kernel as they come: they have no order. It
// carries out at once what it has in memory, and the rest when the disk is
// done, or on threads of its own. What this kernel's io_uring lacks is for the
// pool's workers.

// fileOpcodes are the entries that carry operations on files out.
var fileOpcodes = [...]sys.Opcode{
	backend.KindOpen:    sys.RingOpOpenAt,
	backend.KindReadAt:  sys.RingOpRead,
	backend.KindWriteAt: sys.RingOpWrite,
	backend.KindSync:    sys.RingOpFsync,
	backend.KindStat:    sys.RingOpStatx,
}

// probeFiles asks which of them there are, by backend.Kind.
func probeFiles(has func(sys.Opcode) bool) (kinds uint32) {
	for k, o := range fileOpcodes {
		if o != 0 && has(o) {
			kinds |= 1 << k
		}
	}
	return kinds
}

// startFile begins an open or an operation on a file.
func (b *Backend) startFile(op *backend.Op) {
	if b.caps.Files&(1<<op.Kind) == 0 || len(op.Buf) == 0 && movesFile(op.Kind) {
		b.mu.Lock()
		op.Flag = onFileWorker
		b.mu.Unlock()
		b.files.Start(op)
		return
	}
	err := b.beginFile(op)
	b.mu.Lock()
	switch {
	case err != nil:
		b.complete(op, 0, err)
	case b.closed:
		b.leave(op)
		b.complete(op, 0, backend.ErrBackendClosed)
	default:
		b.launch(op)
	}
	b.mu.Unlock()
	b.wakeOrSubmit()
}

func movesFile(k backend.Kind) bool { return k == backend.KindReadAt || k == backend.KindWriteAt }

// beginFile makes sure that the file stays open, or lays out the name of one.
func (b *Backend) beginFile(op *backend.Op) error {
	if op.Kind == backend.KindOpen {
		a := op.Open()
		op.Sys.Fd = -1
		if err := sys.RawName(a); err != nil {
			return backend.FileError(op.Kind, a.Name, err)
		}
		return nil
	}
	f, ok := op.Handle.(*files.File)
	if !ok {
		return backend.ErrWrongHandle
	}
	if err := backend.CheckFile(op, f.Name()); err != nil {
		return err
	}
	return f.Acquire()
}

// leave undoes beginFile. The lock is held.
func (b *Backend) leave(op *backend.Op) {
	if f, ok := op.Handle.(*files.File); ok && f.Leave() {
		b.toClose = append(b.toClose, f.Sys().FD())
	}
}

// prepareFile writes the entry of op.
func (b *Backend) prepareFile(op *backend.Op, e *sys.SQE) {
	if f, ok := op.Handle.(*files.File); ok {
		e.FD = int32(f.Sys().FD())
	}
	e.Opcode = fileOpcodes[op.Kind]
	switch op.Kind {
	case backend.KindOpen:
		a := op.Open()
		e.FD, e.Addr = unix.AT_FDCWD, address(unsafe.Pointer(unsafe.SliceData(a.Raw)))
		e.OpFlags, e.Len = uint32(sys.OpenFlags(a)), sys.OpenMode(a)
	case backend.KindReadAt, backend.KindWriteAt:
		e.Addr, e.Len = buffer(op.Buf)
		e.Off = uint64(op.Off)
		b.estimate.slow(int(e.Len))
	case backend.KindSync:
		if op.Off == backend.SyncData {
			e.OpFlags = sys.RingFsyncData
		}
	case backend.KindStat:
		e.Addr, e.Off = address(unsafe.Pointer(&sys.EmptyName)), address(unsafe.Pointer(&op.Stat().Sys))
		e.OpFlags, e.Len = unix.AT_EMPTY_PATH, sys.StatMask
	}
}

// fileFinished turns the kernel's answer into op's result. The lock is held.
func (b *Backend) fileFinished(op *backend.Op, res int32, asked bool) {
	errno := unix.Errno(-min(res, 0))
	switch {
	case errno != 0:
		op.Err = b.fileFailure(op, errno, asked)
	case op.Kind == backend.KindOpen:
		op.Sys.Fd = res
		b.opened++ // the rest is done without the lock
	case op.Kind == backend.KindStat:
		s := op.Stat()
		s.Name = op.Handle.(*files.File).Name()
		sys.FillStat(s)
	case movesFile(op.Kind):
		if op.N = int(res); op.Kind == backend.KindReadAt {
			op.Err = backend.FileRead(op.N, op.Buf)
		}
	}
	b.leave(op)
	b.completed.Push(op)
}

// fileFailure is the error of an operation that the kernel has ended with errno.
func (b *Backend) fileFailure(op *backend.Op, errno unix.Errno, asked bool) error {
	f, _ := op.Handle.(*files.File)
	early := asked && (errno == unix.ECANCELED || errno == unix.EINTR)
	switch {
	case early && f != nil && f.Why() != nil:
		return f.Why()
	case early && b.closed:
		return backend.ErrBackendClosed
	case early:
		return backend.ErrCanceled
	case f != nil:
		return backend.FileError(op.Kind, f.Name(), errno)
	}
	return backend.FileError(op.Kind, op.Open().Name, errno)
}

// adoptOpened makes handles of the descriptors that opens in list have brought.
func (b *Backend) adoptOpened(list *backend.Op) {
	for op := list; op != nil; op = op.Next {
		if op.Kind == backend.KindOpen && op.Err == nil && op.New == nil {
			file, err := sys.FileOf(int(op.Sys.Fd))
			b.files.Opened(op, file, err)
		}
	}
}

// cancelFile recalls what is in flight on f, which is cancelled or closed.
func (b *Backend) cancelFile(f *files.File) {
	b.mu.Lock()
	for i := range b.slots.table {
		if op := b.slots.table[i].op; op != nil && op.Handle == f {
			b.cancelInFlightLocked(op)
		}
	}
	b.mu.Unlock()
	b.wakeOrSubmit()
}

// fileDone takes back what was given to the workers.
func (b *Backend) fileDone(op *backend.Op) {
	b.mu.Lock()
	if op.Kind == backend.KindPage {
		b.paged(op.Owner.(*backend.Op))
	} else {
		op.Flag = idle
		b.completed.Push(op)
		b.hasCompleted.Store(true)
	}
	b.mu.Unlock()
	if b.sleeper.Sleeping() {
		b.Wake()
	}
}

// io_uring has no sendfile, and its splice runs on threads of the kernel's. So a
// transmission is carried out by whoever is inside Wait, turn by turn, with
// everything else in between:
//
//	in line ──▶ a turn ──▶ long enough: to the end of the line
//	   ▲                   socket full: the kernel is asked to tell when it is not ──┐
//	   │                   file not in memory: a worker reads it ────────────────────┤
//	   └─────────────────────────────────────────────────────────────────────────────┘
//
// Its Flag is transmitting all the while, with inFlight while the socket is full.

// stand puts op at the end of the line. The lock is held.
func (b *Backend) queueTransmitLocked(op *backend.Op) {
	b.transmitQueue = append(b.transmitQueue, op)
	b.hasTransmits.Store(true)
}

// beginTransmit begins op, the head of its queue. The lock is held.
func (b *Backend) beginTransmit(op *backend.Op) {
	op.Flag = transmitting
	b.queueTransmitLocked(op)
}

// runTransmits gives everything in the line a turn. Wait calls it.
func (b *Backend) runTransmits() {
	if !b.hasTransmits.Load() {
		return
	}
	b.mu.Lock()
	now := b.transmitQueue
	b.transmitQueue, b.lastTransmits = b.lastTransmits[:0], now
	b.hasTransmits.Store(false)
	b.mu.Unlock()
	for i, op := range now {
		now[i] = nil
		b.transmitTurn(op)
	}
}

// turn gives op a turn, without the lock: it takes tens of microseconds.
func (b *Backend) transmitTurn(op *backend.Op) {
	h, t := op.Handle.(*handle), op.Transmission()
	b.mu.Lock()
	ended := b.endIfCancelledLocked(op, h)
	b.mu.Unlock()
	if ended {
		return
	}
	how, err := files.Turn(h.fd, t)
	b.mu.Lock()
	op.N = t.Moved()
	switch {
	case how == sys.TurnDone:
		b.transmitted(op, h, files.TransmitError(h.name, h.network, h.local, h.remote, err))
	case b.endIfCancelledLocked(op, h):
	case how == sys.TurnFull:
		op.Flag |= inFlight
		b.slots.take(op)
		b.prepare(op)
	case how == sys.TurnAgain:
		b.queueTransmitLocked(op)
	case how == sys.TurnCold:
		t.Paging = true
	}
	b.mu.Unlock()
	if how == sys.TurnCold && t.Paging {
		b.files.Start(&t.Page)
	}
}

// endIfCancelledLocked completes op if that was asked for. The lock is held.
func (b *Backend) endIfCancelledLocked(op *backend.Op, h *handle) bool {
	if op.Flag&cancelled == 0 {
		return false
	}
	b.transmitted(op, h, backend.ErrCanceled)
	return true
}

// transmitted completes op. The lock is held.
func (b *Backend) transmitted(op *backend.Op, h *handle, err error) {
	if err != nil && h.closeReason != nil {
		err = h.closeReason
	}
	q := &h.queues[backend.Out]
	q.Pop()
	b.complete(op, op.N, err)
	if h.closeReason == nil {
		b.advance(q)
	}
	h.shutdownWriteLocked()
	b.releaseDescriptorLocked(h)
}

// writable is told that the socket of op takes more, or that op was recalled:
// the next turn finds out. The lock is held.
func (b *Backend) writable(op *backend.Op) {
	op.Flag &^= inFlight
	b.queueTransmitLocked(op)
}

// paged is told that a worker is done. The lock is held.
func (b *Backend) paged(op *backend.Op) {
	op.Transmission().Paged()
	b.queueTransmitLocked(op)
}
