package proactor

import (
	"io/fs"
	"path/filepath"
	"syscall"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// OpenFile opens a file. flag is os.O_RDONLY, os.O_RDWR|os.O_CREATE and so on; perm
// is the permissions of a file that is created. The handle is in op.Handle.
//
// Operations on a stream have an order, operations on a file do not. Any number of
// them are carried out at the same time, and they complete in any order. To have one
// follow another, start it when the other has completed. The handle of a file has no
// position; Read and Write are for streams.
//
// Close of the handle closes the descriptor at once, or when the last operation on
// the file ends. Some network file systems write data back then, which makes Close
// wait: on such a system use Sync first, or close on a goroutine that may wait.
//
// Directories, named pipes, terminals and the like are refused, because they have no
// bytes at an offset. Errors of the system are an *fs.PathError. An open that was
// cancelled may have succeeded all the same, and then has a handle like any other.
func (d *Dispatcher) OpenFile(op *Operation, name string, flag int, perm fs.FileMode) {
	d.begin(op, KindOpen)
	op.op.Handle = nil
	op.op.Args = &backend.OpenArgs{Name: name, Flag: flag, Perm: perm}
	d.start(op)
}

// AdoptFile makes a handle of an open regular file, as OpenFile would. The handle
// has a descriptor of its own: file remains the caller's to close, and may be closed
// at once. Anything but a regular file is refused with an error that unwraps to
// errors.ErrUnsupported. So is every file under "sim", whose files are simulated.
func (d *Dispatcher) AdoptFile(file interface {
	fs.File
	syscall.Conn
	Name() string
}) (*Handle, error) {
	return d.open("adopt a file", func() (backend.Handle, error) { return d.backend.AdoptFile(file) })
}

// ReadAt reads into b, which is the runtime's until the handler is called, from the
// offset off in bytes. It reads at least one byte and may read fewer than len(b),
// not only at the end of the file. At the end and beyond it, N() == 0 and Err() ==
// io.EOF. A read that waits for the disk cannot be stopped: Cancel and Close come
// too late then, and it completes with what was read.
func (h *Handle) ReadAt(op *Operation, b []byte, off int64) {
	h.d.begin(op, KindReadAt)
	op.op.Buf, op.op.Off = b, off
	h.start(op)
}

// WriteAt writes b, which is the runtime's until the handler is called, at the
// offset off in bytes. It may write fewer than len(b) bytes, as on a disk that
// becomes full; the next write returns the reason. Beyond the end of the file it
// leaves a hole. A file opened with os.O_APPEND is written at its end, whatever off
// is: then no two writes mix, but their order is undefined.
func (h *Handle) WriteAt(op *Operation, b []byte, off int64) {
	h.d.begin(op, KindWriteAt)
	op.op.Buf, op.op.Off = b, off
	h.start(op)
}

// Sync completes when everything that was written to the file is on the disk, by
// writes that had completed before Sync was called.
//
//go:noinline
func (h *Handle) Sync(op *Operation) { h.sync(op, backend.SyncAll) }

// SyncData is Sync without the file's times: it makes durable what is needed to read
// the data back, including the file's size. On systems without the distinction it is
// Sync.
//
//go:noinline
func (h *Handle) SyncData(op *Operation) { h.sync(op, backend.SyncData) }

func (h *Handle) sync(op *Operation, how int64) {
	h.d.begin(op, KindSync)
	op.op.Off = how
	h.start(op)
}

// Stat fills info in, which is the runtime's until the handler is called. On all
// systems except Linux, where files go through package os, each call allocates.
func (h *Handle) Stat(op *Operation, info *FileInfo) {
	h.d.begin(op, KindStat)
	op.op.Args = &info.stat
	h.start(op)
}

// FileInfo is the result of Handle.Stat. It is memory of the initiator and can be
// reused; a *FileInfo is an fs.FileInfo.
type FileInfo struct {
	stat backend.Stat
}

var _ fs.FileInfo = (*FileInfo)(nil)

// Name is the last element of the name by which the file was opened.
func (i *FileInfo) Name() string { return filepath.Base(i.stat.Name) }

// Size is the length of the file in bytes.
func (i *FileInfo) Size() int64 { return i.stat.Size }

// Mode is the file's type and permissions.
func (i *FileInfo) Mode() fs.FileMode { return i.stat.Mode }

// ModTime is when the file was written last.
func (i *FileInfo) ModTime() time.Time { return i.stat.ModTime }

// IsDir is false: directories are not opened.
func (i *FileInfo) IsDir() bool { return i.stat.Mode.IsDir() }

// Sys is nil.
func (i *FileInfo) Sys() any { return nil }

// Transmission is what Handle.TransmitFile sends: a header, a range of a file, and a
// trailer; each may be empty. It is memory of the initiator and can be reused. From
// the start to the call of the handler it belongs to the runtime, with the memory
// that it names.
type Transmission struct {
	Header []byte
	// Length bytes of File are sent, from Offset, both in bytes. Length 0 means to the
	// end of the file, as it is when the transmission begins; that needs a file that has
	// a size, which files of /proc do not. Any number of transmissions, reads and writes
	// may use a file at the same time. File belongs to this dispatcher, or to another
	// one with the same kind of backend. Closing it ends the transmission.
	File    *Handle
	Offset  int64
	Length  int64
	Trailer []byte

	args backend.Transmission
}

// Sent is the number of bytes of the last transmission that were written to the
// stream: Operation.N, also if the number does not fit an int.
func (t *Transmission) Sent() int64 { return t.args.Sent }

// TransmitFile writes a transmission to a stream, as one operation with one
// completion. It has its place among the writes of the stream: writes that were
// started before it are carried out first. It is not short: it completes when
// everything is written, or with the error that stopped it, which is ErrCanceled
// after a cancel. In both cases N is the number of bytes that were written, or the
// largest int if that is less; Transmission.Sent is the whole number. If the file
// ends before its range, the error is io.ErrUnexpectedEOF. With a range that cannot
// exist the error is fs.ErrInvalid, and nothing is written; with Length 0 that
// includes an Offset beyond the end of the file and a file without a size. An Offset
// at the end writes nothing from the file and is no error. If File is not a file,
// the error is ErrWrongHandle.
//
// If the system supports it, the bytes of the file never come into the memory of the
// program. A long transmission takes turns with everything else.
func (h *Handle) TransmitFile(op *Operation, t *Transmission) {
	h.d.begin(op, KindTransmitFile)
	a := &t.args
	a.Header, a.File, a.Offset, a.Length, a.Trailer = t.Header, nil, t.Offset, t.Length, t.Trailer
	if t.File != nil {
		a.File = t.File.h
	}
	a.Reset(&op.op)
	op.op.Args = a
	if err := a.Check(); err != nil {
		fail := func() { h.d.mu.Lock(); h.d.completeAndUnlock(&op.op, err) }
		if h.d.journal == nil || !h.d.ask(op, fail) {
			fail()
		}
		return
	}
	h.start(op)
}
