package backend

import (
	"fmt"
	"io/fs"
	"math"
)

// Transmission is the Args of a transmit: it writes a header, a range of a file and
// a trailer to a stream as one operation. The initiator sets the first group of
// fields; the second group belongs to the backend.
//
// The operation completes when everything is written, or with an error; N is the
// number of bytes written in both cases. If the file ends before the range does,
// the error is io.ErrUnexpectedEOF. If the file is closed meanwhile, the
// transmission ends with ErrHandleClosed at its next turn.
type Transmission struct {
	Header  []byte
	File    Handle // of the same kind of backend; nil if there are only a header and a trailer
	Offset  int64
	Length  int64 // 0: to the end that the file has when the transmission begins
	Trailer []byte

	Sent     int64 // bytes of header, file and trailer written so far
	Range    int64 // bytes of the file to write; valid once Begun
	Begun    bool
	Copying  bool  // the system cannot send this file, so it is read and written
	Paging   bool  // Page is outstanding
	Canceled bool  // the transmission ends when Page completes
	Cached   int64 // the offset up to which the file was found in memory
	Page     Op    // a KindPage that brings the next part of the file into memory; its Owner is the transmit
}

// TransmitTurn is the number of bytes of a transmission that are written, or
// brought into memory, before other operations run: some tens of microseconds of
// work.
const TransmitTurn = 256 << 10

// maxRange keeps sums of offsets and lengths within an int64.
const maxRange = 1 << 62

// Check reports what is wrong with t.
func (t *Transmission) Check() error {
	switch {
	case t.Offset < 0 || t.Offset > maxRange:
		return fmt.Errorf("Transmission.Offset is %d: it must be 0 or more: %w", t.Offset, fs.ErrInvalid)
	case t.Length < 0 || t.Length > maxRange:
		return fmt.Errorf("Transmission.Length is %d: it must be 0 (to the end of the file) or more: %w", t.Length, fs.ErrInvalid)
	case t.File == nil && (t.Offset != 0 || t.Length != 0):
		return fmt.Errorf("Transmission.Offset and Length are a range of Transmission.File, which is nil: %w", fs.ErrInvalid)
	}
	return nil
}

// Reset makes t ready to be transmitted by op.
func (t *Transmission) Reset(op *Op) {
	t.Sent, t.Range, t.Cached = 0, 0, 0
	t.Begun, t.Copying, t.Paging, t.Canceled = false, false, false, false
	t.Page = Op{Kind: KindPage, Handle: t.File, Owner: op}
}

// Begin determines how many bytes of the file to write. size returns the size of
// the file, and read reads from it. After an error nothing of the transmission is
// written.
func (t *Transmission) Begin(size func() (int64, error), read func(b []byte, off int64) (int, error)) error {
	t.Begun, t.Range = true, t.Length
	if t.File == nil || t.Length > 0 {
		return nil
	}
	n, err := size()
	switch {
	case err != nil:
		return err
	case t.Offset > n:
		return fmt.Errorf("Transmission.Offset is %d, behind the end of a file of %d bytes: %w", t.Offset, n, fs.ErrInvalid)
	case n > 0:
		t.Range = n - t.Offset
		return nil
	}
	// Files of /proc report size 0 although they are not empty.
	var b [1]byte
	if m, err := read(b[:], 0); err != nil || m == 0 {
		return err
	}
	return fmt.Errorf("Transmission.Length is 0, to the end of a file that does not say how long it is: give a length, or read and write it: %w", fs.ErrInvalid)
}

// Moved returns Sent as an int for Op.N. A larger value becomes math.MaxInt.
func (t *Transmission) Moved() int { return int(min(t.Sent, math.MaxInt)) }

// Total returns the number of bytes of t. It is valid once Begun.
func (t *Transmission) Total() int64 { return int64(len(t.Header)) + t.Range + int64(len(t.Trailer)) }

// Place returns the offset in the file of the next byte to write, and the number of
// bytes left in the range.
func (t *Transmission) Place() (off, left int64) {
	done := min(max(t.Sent-int64(len(t.Header)), 0), t.Range)
	return t.Offset + done, t.Range - done
}

// Paged records that Page has completed. If Page failed, the next turn tries again.
func (t *Transmission) Paged() {
	if t.Paging = false; t.Page.Err == nil {
		t.Cached = t.Page.Off + TransmitTurn
	}
}

// Transmission returns the Args of a transmit.
func (op *Op) Transmission() *Transmission { return op.Args.(*Transmission) }
