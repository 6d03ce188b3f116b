package proactor

import (
	"io/fs"
	"path/filepath"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// OpenFile opens a file: flag is os.O_RDONLY, os.O_RDWR|os.O_CREATE and so on,
// perm what a file that is made may be used for. The handle is in op.Opened.
//
// Streams keep order, files do not. Any number of operations on a file are
// carried out side by side, and complete in any order: who wants one to follow
// another starts it when that has completed. The handle of a file has no
// position; Read and Write are for streams.
//
// Close of the handle closes the descriptor at once, or when the last operation on
// the file ends. Some network file systems write back then, and so let Close wait:
// there Sync first, or close on a goroutine that may wait.
//
// Directories, named pipes, terminals and the like are refused: they have no
// bytes at an offset. Errors of the system are an *fs.PathError. An open that
// was cancelled may have succeeded all the same, and then yields a handle like
// any other.
func (d *Dispatcher) OpenFile(op *Operation, name string, flag int, perm fs.FileMode) {
	d.begin(op, KindOpen)
	if op.op.Handle != nil { // or else Cancel may look at it at this moment
		op.op.Handle = nil
	}
	op.op.Args = &backend.OpenArgs{Name: name, Flag: flag, Perm: perm}
	d.start(op)
}

// SystemFile is an *os.File, or what embeds one.
type SystemFile = backend.SystemFile

// AdoptFile makes a handle of what file, a regular file, is open on, as OpenFile
// would. The handle has a descriptor of its own: file stays the caller's to close,
// and may be closed at once. What is not a regular file is refused, with an error
// that unwraps to errors.ErrUnsupported, and so is everything under "sim", whose
// files are simulated.
func (d *Dispatcher) AdoptFile(file SystemFile) (*Handle, error) {
	if d.closed.Load() {
		return nil, closedError("adopt a file")
	}
	h, err := d.backend.AdoptFile(file)
	if err != nil {
		return nil, err
	}
	return d.newHandle(h), nil
}

// ReadAt reads into b, which is the runtime's until the handler is called, from
// off, in bytes. It reads at least one byte and may read fewer than len(b), at
// the end of the file and elsewhere; at the end, and behind it, N() == 0 and
// Err() == io.EOF. A read that waits for the disk cannot be stopped: then Cancel
// and Close come too late, and it completes with what was read.
func (h *Handle) ReadAt(op *Operation, b []byte, off int64) {
	h.d.begin(op, KindReadAt)
	op.op.Buf, op.op.Off = b, off
	h.start(op)
}

// WriteAt writes b, which is the runtime's until the handler is called, at off,
// in bytes. It may write fewer than len(b), as on a disk that becomes full; the
// next one says why. Behind the end of the file it leaves a hole. A file opened
// with os.O_APPEND is written at its end, whatever off says: then no two writes
// mix, but which comes first is not said.
func (h *Handle) WriteAt(op *Operation, b []byte, off int64) {
	h.d.begin(op, KindWriteAt)
	op.op.Buf, op.op.Off = b, off
	h.start(op)
}

// Sync completes when what was written to the file is on the disk: all that
// completed before Sync was called.
//
//go:noinline
func (h *Handle) Sync(op *Operation) { h.sync(op, backend.SyncAll) }

// SyncData is Sync for what is needed to read the data back, its size included,
// and not for the times. Where the system does not know the difference it is
// Sync.
//
//go:noinline
func (h *Handle) SyncData(op *Operation) { h.sync(op, backend.SyncData) }

func (h *Handle) sync(op *Operation, how int64) {
	h.d.begin(op, KindSync)
	op.op.Off = how
	h.start(op)
}

// Stat fills info in, which is the runtime's until the handler is called. Where
// files are package os's, which is everywhere but on Linux, each call allocates.
func (h *Handle) Stat(op *Operation, info *FileInfo) {
	h.d.begin(op, KindStat)
	op.op.Args = &info.stat
	h.start(op)
}

// FileInfo is what Handle.Stat tells of a file. It is memory of the
// initiator's, to be used again and again; a *FileInfo is an fs.FileInfo.
type FileInfo struct {
	stat backend.Stat
}

var _ fs.FileInfo = (*FileInfo)(nil)

// Name is the last element of the name that the file was opened by.
func (i *FileInfo) Name() string { return filepath.Base(i.stat.Name) }

// Size is the length of the file in bytes.
func (i *FileInfo) Size() int64 { return i.stat.Size }

// Mode is the file's type and who may do what.
func (i *FileInfo) Mode() fs.FileMode { return i.stat.Mode }

// ModTime is when the file was last written.
func (i *FileInfo) ModTime() time.Time { return i.stat.ModTime }

// IsDir is false: directories are not opened.
func (i *FileInfo) IsDir() bool { return i.stat.Mode.IsDir() }

// Sys is nil.
func (i *FileInfo) Sys() any { return nil }

// Transmission is what Handle.TransmitFile sends: a header, a range of a file, and a
// trailer, each of which may be nothing. It is memory of the initiator's, to be
// used again and again, and the runtime's from the start to the call of the
// handler, with what it names.
type Transmission struct {
	Header []byte
	// File is read from Offset, Length bytes of it, in bytes. Length 0 is to the
	// end of the file, as that is when the transmission begins: for that the file has
	// to say how long it is, which files of /proc do not. Any number of
	// transmissions, and reads and writes, may use a file at the same time. It
	// belongs to this dispatcher, or to another one on the same kind of backend.
	// Closing it ends the transmission.
	File    *Handle
	Offset  int64
	Length  int64
	Trailer []byte

	args backend.Transmission
}

// Sent is how many bytes of the last transmission were written to the stream:
// Operation.N, also where that does not fit an int.
func (t *Transmission) Sent() int64 { return t.args.Sent }

// Transmit writes a transmission to a stream, as one operation with one
// completion. It has its place among the writes of the stream like any of them:
// what was started before is written before. It is not short: it completes when
// everything is written, or with the error that was in the way; cancelled, with
// ErrCanceled. N is how many bytes were written either way, or the
// largest int if that is less: Transmission.Sent has the whole number. A file that ends
// before its range is io.ErrUnexpectedEOF. A range that cannot be is fs.ErrInvalid,
// and then nothing is written: with Length 0 also an Offset behind the end (at the
// end there is nothing to write, which is no error), and a file without a size. A
// File that is no file is ErrWrongHandle.
//
// Where the system can, the bytes of the file never come into the memory of the
// program. A long transmission is carried out in turns with everything else.
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
