package backend

import (
	"fmt"
	"io"
	"io/fs"
	"syscall"
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

// SystemFile is an *os.File, or what embeds one: something of the system's that
// is open.
type SystemFile interface {
	fs.File
	syscall.Conn
	Name() string
}

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

// Open is what an open is given.
func (op *Op) Open() *OpenArgs { return op.Args.(*OpenArgs) }

// Stat is where op, a stat, puts its result.
func (op *Op) Stat() *Stat { return op.Args.(*Stat) }

// OnFile reports whether operations of this kind are for files.
func (k Kind) OnFile() bool {
	switch k {
	case KindReadAt, KindWriteAt, KindSync, KindStat, KindPage:
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
