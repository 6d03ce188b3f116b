package sim

import (
	"os"
	"syscall"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// The errors of a failing disk and of a full one.
const (
	errDisk = syscall.EIO
	errFull = syscall.ENOSPC
)

// perform carries out an operation on a file.
func (f *file) perform(op *backend.Op) {
	if op.Err = backend.CheckFile(op, f.name); op.Err != nil {
		return
	}
	n := f.b.net
	if op.Kind != backend.KindStat && n.chance(diskError, f.who) {
		f.fail(op, errDisk)
		return
	}
	switch op.Kind {
	case backend.KindReadAt:
		f.read(op)
	case backend.KindWriteAt:
		f.write(op)
	case backend.KindStat:
		s, i := op.Stat(), f.node
		s.Name, s.Size, s.Mode, s.ModTime = f.name, int64(len(i.data)), i.mode, diskEpoch.Add(i.changed)
	case backend.KindSync: // all writes have taken effect already
	}
}

func (f *file) fail(op *backend.Op, err error) {
	op.Err = backend.FileError(op.Kind, f.name, err)
}

func (f *file) read(op *backend.Op) {
	if !f.readable() {
		f.fail(op, backend.EBADF)
		return
	}
	some := f.node.slice(op.Off, int64(len(op.Buf)))
	op.N = copy(op.Buf, some[:f.b.net.short(shortRead, f.who, len(some))])
	op.Err = backend.FileRead(op.N, op.Buf)
}

func (f *file) write(op *backend.Op) {
	n := f.b.net
	switch {
	case !f.writable():
		f.fail(op, backend.EBADF)
		return
	case len(op.Buf) == 0:
		return
	case n.chance(diskFull, f.who):
		f.fail(op, errFull)
		return
	}
	off := op.Off
	if f.flag&os.O_APPEND != 0 {
		off = int64(len(f.node.data))
	}
	op.N = n.short(shortWrite, f.who, len(op.Buf))
	f.node.write(op.Buf[:op.N], off, n.now)
}
