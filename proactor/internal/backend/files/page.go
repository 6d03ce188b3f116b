package files

import "github.com/actum-go/actum/proactor/internal/backend"

// pageSize is the distance in bytes between the bytes that page reads. No system
// whose files package sys reads by itself has smaller pages.
const pageSize = 4 << 10

// readAhead is how far ahead of a transmission the disk reads, in bytes.
const readAhead = 16 * backend.TransmitTurn

// page brings one turn's worth of f into memory, from off, by reading one byte of
// each page. It first asks the system to read this part and what follows, so that
// the next turns find it in memory. It ignores errors: the reader gets them.
func (f *File) page(off int64) {
	f.sys.WillNeed(off, readAhead)
	var b [1]byte
	for end := off + backend.TransmitTurn; off < end; off += pageSize {
		if n, err := f.sys.ReadAt(b[:], off); n == 0 || err != nil {
			return
		}
	}
}

// PageIn carries out a KindPage. It waits for the disk.
func PageIn(op *backend.Op) {
	f := op.Handle.(*File)
	if op.Err = f.Acquire(); op.Err == nil {
		f.page(op.Off)
		f.Release()
	}
}
