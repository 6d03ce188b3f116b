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
// An open file is a [Handle] like a stream, but its operations have no queue: any
// number of them run concurrently and complete in any order. A caller that wants
// one write to follow another starts it when the first has completed. Close
// completes operations that have not begun with ErrHandleClosed; those that have
// begun complete with their result. Neither Close nor Cancel can stop a read that
// waits for the disk: the backend owns its buffer until it completes.
//
// A read at or behind the end of the file has N == 0 and Err == io.EOF; a read that
// reaches the end is short. A write behind the end leaves a hole. A file opened
// with O_APPEND is written at its end, whatever Off says.
//
// Errors of the system are an *fs.PathError.

// SystemFile is an *os.File, or a type that embeds one.
type SystemFile interface {
	fs.File
	syscall.Conn
	Name() string
}

// OpenArgs are the Args of an open. The backend does not change them.
type OpenArgs struct {
	Name string
	Flag int         // os.O_RDONLY and so on
	Perm fs.FileMode // permissions of a file that is created

	Raw []byte // used by the backend: the name in the system's form
}

// SyncData as the Off of a sync makes the content of the file durable, and the
// metadata that is needed to read it back, such as the size. SyncAll also covers
// the rest of the metadata, such as times.
const (
	SyncAll  int64 = 0
	SyncData int64 = 1
)

// Stat is the result of a stat. The Args of the operation is a pointer to it.
type Stat struct {
	Name    string // the name with which the file was opened
	Size    int64  // bytes
	Mode    fs.FileMode
	ModTime time.Time
	Sys     StatSys // used by the backend
}

// Open returns the Args of an open.
func (op *Op) Open() *OpenArgs { return op.Args.(*OpenArgs) }

// Stat returns the result struct of a stat.
func (op *Op) Stat() *Stat { return op.Args.(*Stat) }

// OnFile reports whether k is a file operation.
func (k Kind) OnFile() bool {
	switch k {
	case KindReadAt, KindWriteAt, KindSync, KindStat, KindPage:
		return true
	}
	return false
}

// CheckFile reports what is wrong with an operation on the file called name, before
// any system call is made. The error is nil or an *fs.PathError.
func CheckFile(op *Op, name string) error {
	if op.Off < 0 && (op.Kind == KindReadAt || op.Kind == KindWriteAt) {
		return FileError(op.Kind, name, errNegative)
	}
	return nil
}

var errNegative = fmt.Errorf("the offset is negative: %w", fs.ErrInvalid)

// FileError wraps an error of the system, as package os does for the same
// operation.
func FileError(k Kind, name string, err error) error {
	return &fs.PathError{Op: fileVerbs[k], Path: name, Err: err}
}

var fileVerbs = [...]string{KindOpen: "open", KindReadAt: "read", KindWriteAt: "write", KindSync: "sync", KindStat: "stat"}

// FileRead returns the error of a read that moved n bytes into b.
func FileRead(n int, b []byte) error {
	if n == 0 && len(b) > 0 {
		return io.EOF
	}
	return nil
}
