package backend

import (
	"fmt"
	"io"
	"io/fs"
	"time"
)

// Files: open, read at, write at, sync, stat.
//
// An open file is a [Handle] like a stream, but its operations have no lane:
// any number of them are carried out side by side, and complete in any order.
// Who wants a write to follow another starts it when that has completed. Close
// completes with ErrHandleClosed what has not begun; what has begun has its
// result. Neither Close nor Cancel can stop a read that waits for the disk, so
// that its buffer belongs to the backend until then.
//
// A read at the end of the file, or behind it, is N == 0 and Err == io.EOF; one
// that reaches the end is short. A write behind the end leaves a hole. A file
// opened with O_APPEND is written at its end, whatever Off says.
//
// Errors of the system are an *fs.PathError.

// OpenArgs are the Args of an open. They are not changed.
type OpenArgs struct {
	Name string
	Flag int         // os.O_RDONLY and so on
	Perm fs.FileMode // of a file that is made

	Raw []byte // the backend's own: the name, as its system wants it
}

// SyncData as the Off of a sync is for the content of the file and what is
// needed to read it back, such as its size; SyncAll is also for the rest, such
// as times.
const (
	SyncAll  int64 = 0
	SyncData int64 = 1
)

// Stat is where a stat puts what is known of a file; a pointer to it is the
// operation's Args.
type Stat struct {
	Name    string // as the file was opened
	Size    int64  // bytes
	Mode    fs.FileMode
	ModTime time.Time
	Sys     StatSys // the backend's own memory
}

// Transmission is the Args of a transmit: a header, a range of a file and a
// trailer are written to a stream as one operation. Only the initiator changes
// the first group, only the backend the second one.
//
// The operation completes when all of it is written, or with an error; then N
// says how much of it was. A file that ends before the range does is
// io.ErrUnexpectedEOF. A file that is closed meanwhile is ErrHandleClosed.
type Transmission struct {
	Header  []byte
	File    Handle // of the same backend; nil: nothing between header and trailer
	Offset  int64
	Length  int64 // 0: to the end, as that is when the transmission begins
	Trailer []byte

	Sent  int64 // bytes written so far, of header, file and trailer together
	Range int64 // bytes of the file to write; known once it has begun
	Begun bool
}

// Open is what an open is given.
func (op *Op) Open() *OpenArgs { return op.Args.(*OpenArgs) }

// Stat is where op, a stat, puts its result.
func (op *Op) Stat() *Stat { return op.Args.(*Stat) }

// Transmission is what op, a transmit, writes.
func (op *Op) Transmission() *Transmission { return op.Args.(*Transmission) }

// OnFile reports whether operations of this kind are for files.
func (k Kind) OnFile() bool {
	switch k {
	case KindReadAt, KindWriteAt, KindSync, KindStat:
		return true
	}
	return false
}

// CheckFile says what is wrong with an operation on a file before the system is
// asked: nil, or an *fs.PathError. name is the file's.
func CheckFile(op *Op, name string) error {
	if op.Off < 0 && (op.Kind == KindReadAt || op.Kind == KindWriteAt) {
		return FileError(op.Kind, name, errNegative)
	}
	return nil
}

var errNegative = fmt.Errorf("the offset is negative: %w", fs.ErrInvalid)

// FileError is what the system said about an operation on a file, as package os
// would say it.
func FileError(k Kind, name string, err error) error {
	return &fs.PathError{Op: fileVerbs[k], Path: name, Err: err}
}

var fileVerbs = [...]string{KindOpen: "open", KindReadAt: "read", KindWriteAt: "write", KindSync: "sync", KindStat: "stat"}

// FileRead is the error of a read of a file that has moved n bytes into b.
func FileRead(n int, b []byte) error {
	if n == 0 && len(b) > 0 {
		return io.EOF
	}
	return nil
}
