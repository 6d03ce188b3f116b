package files

import "github.com/actum-go/actum/proactor/internal/backend"

// pageSize is how far apart the bytes are that page reads: no system that has
// a reader of its own in sys has smaller pages.
const pageSize = 4 << 10

// readAhead is how far ahead of a transmission the disk is kept busy, in bytes.
const readAhead = 16 * backend.TransmitTurn

// page brings one turn's worth of f into memory, from off, by reading a byte of
// each page. The system is told of that and of what comes after it before, so
// that the next turns find it there. Errors are left for whoever reads.
func (f *File) page(off int64) {
	f.sys.WillNeed(off, readAhead)
	var b [1]byte
	for end := off + backend.TransmitTurn; off < end; off += pageSize {
		if n, err := f.sys.ReadAt(b[:], off); n == 0 || err != nil {
			return
		}
	}
}

// PageIn is what a KindPage is for, for those who can wait for the disk.
func PageIn(op *backend.Op) {
	f := op.Handle.(*File)
	if op.Err = f.Acquire(); op.Err == nil {
		f.page(op.Off)
		f.Release()
	}
}
