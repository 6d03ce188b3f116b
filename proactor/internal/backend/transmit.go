package backend

import (
	"fmt"
	"io/fs"
	"math"
)

// Transmission is the Args of a transmit: a header, a range of a file and a
// trailer are written to a stream as one operation. The initiator sets what
// comes first, the backend's own is below.
//
// The operation completes when all of it is written, or with an error; either
// way N says how much was. A file that ends before the range does is
// io.ErrUnexpectedEOF. A file that is closed meanwhile ends it, at its next turn,
// with ErrHandleClosed.
type Transmission struct {
	Header  []byte
	File    Handle // of the same kind of backend; nil: nothing between header and trailer
	Offset  int64
	Length  int64 // 0: to the end, as that is when the transmission begins
	Trailer []byte

	Sent     int64 // bytes written so far, of header, file and trailer together
	Range    int64 // bytes of the file to write, once Begun
	Begun    bool
	Copying  bool  // this file cannot be sent, only read and written
	Paging   bool  // Page is under way
	Canceled bool  // the transmission is to end when it is not any more
	Cached   int64 // up to here the file was seen in memory
	Page     Op    // a KindPage that brings what is needed next into memory; its Owner is the transmit
}

// TransmitTurn is how many bytes of a transmission are written, or brought into
// memory, before others have their turn: some tens of microseconds of work.
const TransmitTurn = 256 << 10

// maxRange keeps sums of offsets and lengths within an int64.
const maxRange = 1 << 62

// Check says what is wrong with t.
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

// Begin finds out how much of the file there is to write, given its size and a way to
// read it. An error is the transmission's, of which nothing is written.
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
	// Files of /proc say that they are empty, and are not.
	var b [1]byte
	if m, err := read(b[:], 0); err != nil || m == 0 {
		return err
	}
	return fmt.Errorf("Transmission.Length is 0, to the end of a file that does not say how long it is: give a length, or read and write it: %w", fs.ErrInvalid)
}

// Moved is Sent for Op.N, which an int limits: more is the largest.
func (t *Transmission) Moved() int { return int(min(t.Sent, math.MaxInt)) }

// Total is how many bytes t is, once Begun.
func (t *Transmission) Total() int64 { return int64(len(t.Header)) + t.Range + int64(len(t.Trailer)) }

// Place is where in the file the next byte of it is, and how many are left of
// the range.
func (t *Transmission) Place() (off, left int64) {
	done := min(max(t.Sent-int64(len(t.Header)), 0), t.Range)
	return t.Offset + done, t.Range - done
}

// Paged notes that Page has come back. If it was not carried out the next turn
// will look again.
func (t *Transmission) Paged() {
	if t.Paging = false; t.Page.Err == nil {
		t.Cached = t.Page.Off + TransmitTurn
	}
}

// Transmission is what op, a transmit, writes.
func (op *Op) Transmission() *Transmission { return op.Args.(*Transmission) }
