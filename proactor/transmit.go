package proactor

import "github.com/actum-go/actum/proactor/internal/backend"

// Transmission is what Handle.Transmit sends: a header, a range of a file, and a
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
func (h *Handle) Transmit(op *Operation, t *Transmission) {
	h.d.begin(op, KindTransmit)
	a := &t.args
	a.Header, a.File, a.Offset, a.Length, a.Trailer = t.Header, nil, t.Offset, t.Length, t.Trailer
	if t.File != nil {
		a.File = t.File.h
	}
	a.Reset(&op.op)
	op.op.Args = a
	if err := a.Check(); err != nil {
		fail := func() { h.d.mu.Lock(); h.d.hand(&op.op, err) }
		if h.d.journal == nil || !h.d.ask(op, fail) {
			fail()
		}
		return
	}
	h.start(op)
}
