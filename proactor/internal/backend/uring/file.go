//go:build linux

package uring

import (
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/files"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// Operations on files go to the kernel as they are started: they have no order. The
// kernel carries out at once what it has in memory. For the rest it waits for the
// disk, or uses threads of its own. Operations that this kernel's io_uring lacks run
// on the workers of the package's pool.

// fileOpcodes are the opcodes of operations on files.
var fileOpcodes = [...]sys.Opcode{
	backend.KindOpen:    sys.RingOpOpenAt,
	backend.KindReadAt:  sys.RingOpRead,
	backend.KindWriteAt: sys.RingOpWrite,
	backend.KindSync:    sys.RingOpFsync,
	backend.KindStat:    sys.RingOpStatx,
}

// probeFiles returns the kinds of operations on files that the kernel has, a bit for
// each backend.Kind.
func probeFiles(has func(sys.Opcode) bool) (kinds uint32) {
	for k, o := range fileOpcodes {
		if o != 0 && has(o) {
			kinds |= 1 << k
		}
	}
	return kinds
}

// startFile begins an open or an operation on a file, in the kernel or on a worker.
func (b *Backend) startFile(op *backend.Op) {
	if b.caps.Files&(1<<op.Kind) == 0 || len(op.Buf) == 0 && isFileTransfer(op.Kind) {
		b.mu.Lock()
		op.Flag = onFileWorker
		b.mu.Unlock()
		b.Files.Start(op)
		return
	}
	err := b.beginFile(op)
	b.mu.Lock()
	switch {
	case err != nil:
		b.completeLocked(op, 0, err)
	case b.Closed.Load():
		b.leaveFileLocked(op)
		b.completeLocked(op, 0, backend.ErrBackendClosed)
	default:
		b.launchLocked(op)
	}
	b.mu.Unlock()
	b.wakeOrSubmit()
}

// isFileTransfer reports whether operations of this kind move bytes of a file.
func isFileTransfer(k backend.Kind) bool { return k == backend.KindReadAt || k == backend.KindWriteAt }

// beginFile keeps the file of op open until leaveFileLocked. For an open it lays out
// the file's name for the kernel.
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

// prepareFile fills in the entry of op.
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
		b.estimate.addDeferred(int(e.Len))
	case backend.KindSync:
		if op.Off == backend.SyncData {
			e.OpFlags = sys.RingFsyncData
		}
	case backend.KindStat:
		e.Addr, e.Off = address(unsafe.Pointer(&sys.EmptyName)), address(unsafe.Pointer(&op.Stat().Sys))
		e.OpFlags, e.Len = unix.AT_EMPTY_PATH, sys.StatMask
	}
}

// completeFileOpLocked turns the kernel's answer into op's result.
func (b *Backend) completeFileOpLocked(op *backend.Op, res int32, cancelRequested bool) {
	errno := unix.Errno(-min(res, 0))
	switch {
	case errno != 0:
		op.Err = b.fileErrorLocked(op, errno, cancelRequested)
	case op.Kind == backend.KindOpen:
		op.Sys.Fd = res
		b.opened++ // reap makes the handle, without the lock
	case op.Kind == backend.KindStat:
		s := op.Stat()
		s.Name = op.Handle.(*files.File).Name()
		sys.FillStat(s)
	case isFileTransfer(op.Kind):
		if op.N = int(res); op.Kind == backend.KindReadAt {
			op.Err = backend.FileRead(op.N, op.Buf)
		}
	}
	b.leaveFileLocked(op)
	b.completed.Push(op)
}

// fileErrorLocked is the error of an operation that the kernel has ended with errno.
func (b *Backend) fileErrorLocked(op *backend.Op, errno unix.Errno, cancelRequested bool) error {
	f, _ := op.Handle.(*files.File)
	early := cancelRequested && (errno == unix.ECANCELED || errno == unix.EINTR)
	switch {
	case early && f != nil && f.Why() != nil:
		return f.Why()
	case early && b.Closed.Load():
		return backend.ErrBackendClosed
	case early:
		return backend.ErrCanceled
	case f != nil:
		return backend.FileError(op.Kind, f.Name(), errno)
	}
	return backend.FileError(op.Kind, op.Open().Name, errno)
}

// leaveFileLocked undoes beginFile.
func (b *Backend) leaveFileLocked(op *backend.Op) {
	if f, ok := op.Handle.(*files.File); ok && f.Leave() {
		b.toClose = append(b.toClose, f.Sys().FD())
	}
}

// adoptOpened makes handles of the descriptors of the completed opens in list.
func (b *Backend) adoptOpened(list *backend.Op) {
	for op := list; op != nil; op = op.Next {
		if op.Kind == backend.KindOpen && op.Err == nil && op.New == nil {
			file, err := sys.FileOf(int(op.Sys.Fd))
			b.Files.Opened(op, file, err)
		}
	}
}

// cancelFile cancels the operations in flight on f, which is being cancelled or closed.
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

// fileDone takes back an operation from a worker.
func (b *Backend) fileDone(op *backend.Op) {
	b.mu.Lock()
	if op.Kind == backend.KindPage {
		b.onPagedLocked(op.Owner.(*backend.Op))
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

// io_uring has no sendfile, and its splice runs on the kernel's threads. So the
// goroutine inside Wait carries a transmission out, turn by turn, with everything else
// in between:
//
//	queue ──▶ turn ──▶ bytes of one turn moved: to the end of the queue
//	  ▲                socket full: the kernel polls the socket ──────────┐
//	  │                file not in memory: a worker reads it ─────────────┤
//	  └───────────────────────────────────────────────────────────────────┘
//
// The Flag of a transmission is transmitting all the while, with inFlight while the
// kernel polls the socket.

// beginTransmitLocked begins op, the head of its handle's queue.
func (b *Backend) beginTransmitLocked(op *backend.Op) {
	op.Flag = transmitting
	b.queueTransmitLocked(op)
}

// queueTransmitLocked puts op at the end of the transmit queue.
func (b *Backend) queueTransmitLocked(op *backend.Op) {
	b.transmitQueue = append(b.transmitQueue, op)
	b.hasTransmits.Store(true)
}

// runTransmits gives each transmission in the queue a turn. Wait calls it.
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
		b.transmitOnce(op)
	}
}

// transmitOnce gives op a turn, without the lock: a turn takes tens of microseconds.
func (b *Backend) transmitOnce(op *backend.Op) {
	h, t := op.Handle.(*handle), op.Transmission()
	b.mu.Lock()
	ended := b.endIfCancelledLocked(op, h)
	b.mu.Unlock()
	if ended {
		return
	}
	how, err := files.Turn(h.FD, t)
	b.mu.Lock()
	op.N = t.Moved()
	switch {
	case how == sys.TurnDone:
		b.completeTransmitLocked(op, h, files.TransmitError(h.Name, h.Network, h.Local, h.Remote, err))
	case b.endIfCancelledLocked(op, h):
	case how == sys.TurnFull:
		op.Flag |= inFlight
		b.slots.take(op)
		b.prepareLocked(op)
	case how == sys.TurnAgain:
		b.queueTransmitLocked(op)
	case how == sys.TurnCold:
		t.Paging = true
	}
	b.mu.Unlock()
	if how == sys.TurnCold && t.Paging {
		b.Files.Start(&t.Page)
	}
}

// endIfCancelledLocked completes op if a cancel was requested.
func (b *Backend) endIfCancelledLocked(op *backend.Op, h *handle) bool {
	if op.Flag&cancelled == 0 {
		return false
	}
	b.completeTransmitLocked(op, h, backend.ErrCanceled)
	return true
}

// completeTransmitLocked completes op.
func (b *Backend) completeTransmitLocked(op *backend.Op, h *handle, err error) {
	if err != nil && h.closeReason != nil {
		err = h.closeReason
	}
	q := &h.queues[backend.Out]
	q.Pop()
	b.completeLocked(op, op.N, err)
	if h.closeReason == nil {
		b.advanceLocked(q)
	}
	h.shutdownWriteLocked()
	b.releaseDescriptorLocked(h)
}

// onWritableLocked queues op when its socket takes more, or when op was cancelled, which
// its next turn finds out.
func (b *Backend) onWritableLocked(op *backend.Op) {
	op.Flag &^= inFlight
	b.queueTransmitLocked(op)
}

// onPagedLocked queues op when a worker has read its next bytes into memory.
func (b *Backend) onPagedLocked(op *backend.Op) {
	op.Transmission().Paged()
	b.queueTransmitLocked(op)
}
