package files

import (
	"io"
	"sync"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// buffers holds the buffers through which files are copied.
var buffers = sync.Pool{New: func() any { return new([64 << 10]byte) }}

// Copy carries t out on a stream that supports nothing but writes. It blocks until
// t has ended.
func Copy(w io.Writer, t *backend.Transmission) error {
	f, _ := t.File.(*File)
	if t.File != nil && f == nil {
		return backend.ErrWrongHandle
	}
	if err := t.Begin(f.size, f.read); err != nil {
		return err
	}
	if err := copyBytes(w, t, t.Header); err != nil {
		return err
	}
	for _, left := t.Place(); left > 0; _, left = t.Place() {
		if err := copyPart(w, f, t); err != nil {
			return err
		}
	}
	return copyBytes(w, t, t.Trailer)
}

// copyBytes writes the header or the trailer.
func copyBytes(w io.Writer, t *backend.Transmission, b []byte) error {
	if len(b) == 0 {
		return nil
	}
	n, err := w.Write(b)
	t.Sent += int64(n)
	return err
}

// copyPart writes one buffer of the file.
func copyPart(w io.Writer, f *File, t *backend.Transmission) error {
	b := buffers.Get().(*[64 << 10]byte)
	defer buffers.Put(b)
	off, left := t.Place()
	n, err := f.read(b[:min(left, int64(len(b)))], off)
	switch {
	case err != nil:
		return err
	case n == 0:
		return io.ErrUnexpectedEOF
	}
	return copyBytes(w, t, b[:n])
}

// read and size are for callers that have not acquired the file.

func (f *File) read(b []byte, off int64) (n int, err error) {
	if err = f.Acquire(); err == nil {
		n, err = f.sys.ReadAt(b, off)
		f.Release()
	}
	return n, err
}

func (f *File) size() (int64, error) {
	var s backend.Stat
	err := f.Acquire()
	if err == nil {
		err = f.sys.Stat(&s)
		f.Release()
	}
	return s.Size, err
}
