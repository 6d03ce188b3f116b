package files

import (
	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// perform carries op out. It blocks until op has ended.
func (p *Pool) perform(op *backend.Op) {
	if op.Kind == backend.KindOpen {
		a := op.Open()
		s, err := sys.OpenFile(a)
		p.Opened(op, s, err)
		return
	}
	f := op.Handle.(*File)
	if op.Err = f.Acquire(); op.Err != nil {
		return
	}
	defer f.Release()
	switch op.Kind {
	case backend.KindPage:
		f.page(op.Off)
	case backend.KindReadAt:
		n, err := f.sys.ReadAt(op.Buf, op.Off)
		f.moved(op, n, err)
	case backend.KindWriteAt:
		n, err := f.sys.WriteAt(op.Buf, op.Off)
		f.moved(op, n, err)
	case backend.KindSync:
		op.Err = f.failed(op, f.sys.Sync(op.Off))
	case backend.KindStat:
		s := op.Stat()
		s.Name = f.name
		op.Err = f.failed(op, f.sys.Stat(s))
	}
}

// Opened sets the result of an open: a handle or an error.
func (p *Pool) Opened(op *backend.Op, s sys.File, err error) {
	name := op.Open().Name
	if err != nil {
		op.Err = backend.FileError(op.Kind, name, err)
		return
	}
	op.New, op.Err = p.Adopt(s, name)
}

// moved sets the result of a read or a write.
func (f *File) moved(op *backend.Op, n int, err error) {
	op.N = n
	switch {
	case err != nil:
		op.Err = f.failed(op, err)
	case op.Kind == backend.KindReadAt:
		op.Err = backend.FileRead(n, op.Buf)
	}
}

// failed sets the error of an operation, given the error of the system.
func (f *File) failed(op *backend.Op, err error) error {
	if err == nil {
		return nil
	}
	return backend.FileError(op.Kind, f.name, err)
}
