package xor

import (
	"bytes"
	"crypto/subtle"
	"encoding/binary"
	"net"
	"slices"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/stream"
)

// xorStream is a stream around another one that changes the bytes and their
// number, as encryption does: it writes records, each of which is a length of two
// bytes and a body whose bytes are inverted.
//
// Its reads and writes are external operations of the proactor, which it completes
// when the operations of the stream below have done what is needed. A write reports
// its bytes when the whole record is written. Until then the same bytes are written
// again, and continue the record.
type xorStream struct {
	d     *proactor.Dispatcher
	below stream.Stream

	// reading: owned by the reader
	readOp   proactor.Operation
	chunk    [readChunk]byte
	raw      []byte // received, not a whole record yet
	plain    []byte // decoded, not taken yet
	space    [][]byte
	readDone proactor.Completion

	// writing: owned by the writer
	writeOp   proactor.Operation
	record    []byte // what is not written yet of the last record
	owed      int    // bytes in the last record that no write has reported yet
	text      [][]byte
	writeDone proactor.Completion
}

const (
	recordHeader = 2
	maxRecord    = 3000 // bytes of a body: small, so that messages are cut
	readChunk    = 2000
)

func newStream(d *proactor.Dispatcher, below stream.Stream) *xorStream {
	s := &xorStream{d: d, below: below}
	s.readOp.Handler = proactor.HandlerFunc(s.onRead)
	s.writeOp.Handler = proactor.HandlerFunc(s.onWritten)
	return s
}

// Read, ReadV and TryRead.

func (s *xorStream) Read(op *proactor.Operation, b []byte) { s.ReadV(op, [][]byte{b}) }

func (s *xorStream) ReadV(op *proactor.Operation, v [][]byte) {
	s.space = v
	s.readDone = s.d.StartExternal(op, reader{s})
	if len(s.plain) > 0 {
		s.readDone.Complete(s.take(v), nil)
		return
	}
	s.below.Read(&s.readOp, s.chunk[:])
}

func (s *xorStream) TryRead(b []byte) (int, error) {
	for len(s.plain) == 0 {
		n, err := s.below.TryRead(s.chunk[:])
		s.decode(n)
		if err != nil {
			return 0, err
		}
	}
	return s.take([][]byte{b}), nil
}

func (s *xorStream) onRead(op *proactor.Operation) {
	s.decode(op.N())
	switch {
	case op.Err() != nil:
		s.readDone.Complete(0, op.Err())
	case len(s.plain) == 0:
		s.below.Read(&s.readOp, s.chunk[:])
	default:
		s.readDone.Complete(s.take(s.space), nil)
	}
}

// decode decodes whole records, with the n bytes that chunk has received.
func (s *xorStream) decode(n int) {
	s.raw = append(s.raw, s.chunk[:n]...)
	for len(s.raw) >= recordHeader {
		end := recordHeader + int(binary.BigEndian.Uint16(s.raw))
		if len(s.raw) < end {
			return
		}
		s.plain = append(s.plain, invert(s.raw[recordHeader:end])...)
		s.raw = slices.Delete(s.raw, 0, end)
	}
}

func (s *xorStream) take(v [][]byte) (n int) {
	for _, b := range v {
		m := copy(b, s.plain)
		s.plain = slices.Delete(s.plain, 0, m)
		n += m
	}
	return n
}

// reader cancels a read.
type reader struct{ s *xorStream }

func (r reader) Cancel(proactor.Completion) { r.s.d.Cancel(&r.s.readOp) }

// Write, WriteV, TryWrite and TryWriteV.

func (s *xorStream) Write(op *proactor.Operation, b []byte) { s.WriteV(op, [][]byte{b}) }

func (s *xorStream) WriteV(op *proactor.Operation, v [][]byte) {
	s.text = v
	s.writeDone = s.d.StartExternal(op, writer{s})
	s.encode(v)
	if len(s.record) == 0 { // a TryWrite has written it, and has reported a part
		s.writeDone.Complete(s.report(v), nil)
		return
	}
	s.below.Write(&s.writeOp, s.record)
}

func (s *xorStream) onWritten(op *proactor.Operation) {
	s.record = s.record[op.N():]
	switch {
	case op.Err() != nil:
		s.writeDone.Complete(0, op.Err())
	case len(s.record) > 0:
		s.below.Write(&s.writeOp, s.record)
	default:
		s.writeDone.Complete(s.report(s.text), nil)
	}
}

func (s *xorStream) TryWrite(b []byte) (int, error) { return s.TryWriteV([][]byte{b}) }

func (s *xorStream) TryWriteV(v [][]byte) (int, error) {
	s.encode(v)
	for len(s.record) > 0 {
		n, err := s.below.TryWrite(s.record)
		if err != nil {
			return 0, err
		}
		s.record = s.record[n:]
	}
	return s.report(v), nil
}

// encode makes a record of as much of v as fits, unless an earlier write has made
// one and has not reported all of it.
func (s *xorStream) encode(v [][]byte) {
	if s.owed > 0 {
		return
	}
	s.record = make([]byte, recordHeader)
	for _, b := range v {
		b = b[:min(len(b), maxRecord-s.owed)]
		s.record = append(s.record, invert(b)...)
		s.owed += len(b)
	}
	binary.BigEndian.PutUint16(s.record, uint16(s.owed))
}

// report returns how many bytes of v are written, now that the record is.
func (s *xorStream) report(v [][]byte) (n int) {
	for _, b := range v {
		n += len(b)
	}
	n = min(n, s.owed)
	s.owed -= n
	return n
}

// writer cancels a write.
type writer struct{ s *xorStream }

func (w writer) Cancel(proactor.Completion) { w.s.d.Cancel(&w.s.writeOp) }

func (s *xorStream) CloseWrite() error            { return s.below.CloseWrite() }
func (s *xorStream) HungUp() (hungUp, known bool) { return s.below.HungUp() }
func (s *xorStream) LocalAddr() net.Addr          { return s.below.LocalAddr() }
func (s *xorStream) RemoteAddr() net.Addr         { return s.below.RemoteAddr() }
func (s *xorStream) Close() error                 { return s.below.Close() }

// invert inverts at most maxRecord bytes: without a loop, which the race detector would
// make slow.
func invert(b []byte) []byte {
	inverted := make([]byte, len(b))
	subtle.XORBytes(inverted, b, ones)
	return inverted
}

var ones = bytes.Repeat([]byte{0xff}, maxRecord)
