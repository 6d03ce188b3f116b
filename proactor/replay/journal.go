package replay

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// A journal is a line that identifies its format, the time, and events. An event is
// a byte and its fields: numbers are varints, strings and bytes have their length
// in front. Handles are numbered in the order in which they are made, operations in
// the order in which they are started.
//
// A recorder sits between a dispatcher and its backend, and writes a journal. A player
// reads one and returns the same results in the same order, without any I/O. Only one
// goroutine at a time dispatches, and it carries everything out; external.go describes
// the calls of other goroutines. Now returns the time of the last Wait.

const magic = "actum journal 2\n"

// The events: a call, its arguments, and after the colon its results.
const (
	onListen       byte = iota + 1 // sum of network and address: error, handle
	onAdopt                        // error, handle
	onPipe                         // error, handle, handle
	onStart                        // kind, handle, size, sum of the bytes
	onCancel                       // operation
	onCancelOn                     // handle
	onCancelAll                    //
	onTryRead                      // handle, size: n, error, bytes
	onTryWrite                     // handle, size, sum of the bytes: n, error
	onCloseWrite                   // handle: error
	onCloseHandle                  // handle: error
	onWait                         // time, count; for each: operation, n, error, bytes, handle
	onClose                        // error
	onListenPacket                 // sum of network and address: error, handle
	onAdoptFile                    // error, handle
	onValue                        // sum of the caller: a number
	onRequest                      // operation or 0, what: an external call is carried out
	onSignal                       // set, its name
	onAside                        // an onValue or an event that makes handles follows, called by another goroutine
)

var eventNames = [...]string{
	0:        "its end",
	onListen: "listen", onAdopt: "adopt", onPipe: "make a pipe", onStart: "start an operation", onCancel: "cancel an operation",
	onCancelOn: "cancel on a handle", onCancelAll: "cancel all", onTryRead: "try to read", onTryWrite: "try to write",
	onCloseWrite: "close a direction", onCloseHandle: "close a handle", onWait: "wait for completions", onClose: "close the dispatcher",
	onListenPacket: "listen for datagrams", onAdoptFile: "adopt a file", onValue: "ask for a value",
	onRequest: "do what another goroutine asked for", onSignal: "receive a signal", onAside: "answer another goroutine",
}

func nameOf(event byte) string {
	if int(event) >= len(eventNames) {
		return "something unknown"
	}
	return eventNames[event]
}

// writer writes fields. After the first error it does nothing.
type writer struct {
	w     *bufio.Writer
	buf   [binary.MaxVarintLen64]byte
	names map[string]int64 // numbers of the names written so far, from 1
	err   error
}

func newWriter(w io.Writer) *writer {
	j := &writer{w: bufio.NewWriter(w), names: map[string]int64{}}
	j.raw([]byte(magic))
	return j
}

func (j *writer) raw(b []byte) {
	if j.err == nil {
		_, j.err = j.w.Write(b)
	}
}

func (j *writer) event(kind byte, fields ...int64) {
	j.raw([]byte{kind})
	for _, f := range fields {
		j.int(f)
	}
}

func (j *writer) int(n int64)    { j.raw(binary.AppendVarint(j.buf[:0], n)) }
func (j *writer) bytes(b []byte) { j.int(int64(len(b))); j.raw(b) }
func (j *writer) string(s string) {
	j.int(int64(len(s)))
	j.raw([]byte(s))
}

// name writes a string that occurs often: the first time as 0 and the string.
func (j *writer) name(s string) {
	n := j.names[s]
	j.int(n)
	if n == 0 {
		j.string(s)
		j.names[s] = int64(len(j.names) + 1)
	}
}

// reader reads fields. After the first error it returns zero values.
type reader struct {
	r     *bufio.Reader
	names []string
	count int64 // number of events read
	err   error
}

var errNoJournal = errors.New("replay: this is not a journal of actum's, or one of another version")

func newReader(r io.Reader) (*reader, error) {
	j := &reader{r: bufio.NewReader(r)}
	line, err := j.r.ReadString('\n')
	if err != nil || line != magic {
		return nil, errNoJournal
	}
	return j, nil
}

// peek returns the kind of the next event without consuming it; 0 at the end.
func (j *reader) peek() byte {
	if j.err != nil {
		return 0
	}
	b, err := j.r.Peek(1)
	if err != nil {
		j.err = err
		return 0
	}
	return b[0]
}

// event returns the kind of the next event; 0 at the end.
func (j *reader) event() byte {
	kind := j.peek()
	if j.err == nil {
		_, j.err = j.r.Discard(1)
		j.count++
	}
	return kind
}

func (j *reader) int() (n int64) {
	if j.err == nil {
		n, j.err = binary.ReadVarint(j.r)
	}
	return n
}

// maxBytes bounds a field, and thereby what a damaged journal makes a replay
// allocate.
const maxBytes = 1 << 30

func (j *reader) bytes() []byte {
	n := j.int()
	if j.err == nil && (n < 0 || n > maxBytes) {
		j.err = fmt.Errorf("replay: the journal has a field of %d bytes: it is damaged", n)
	}
	if j.err != nil {
		return nil
	}
	b, err := io.ReadAll(io.LimitReader(j.r, n))
	if err == nil && int64(len(b)) < n {
		err = io.ErrUnexpectedEOF
	}
	j.err = err
	return b
}

func (j *reader) name() string {
	n := j.int()
	switch {
	case j.err != nil:
		return ""
	case n == 0:
		j.names = append(j.names, string(j.bytes()))
		n = int64(len(j.names))
	case n < 0 || n > int64(len(j.names)):
		j.err = fmt.Errorf("replay: the journal has name %d of %d: it is damaged", n, len(j.names))
		return ""
	}
	return j.names[n-1]
}

// sum returns a checksum, by which a replay compares bytes.
func sum(parts ...[]byte) int64 {
	var crc uint32
	for _, p := range parts {
		crc = crc32.Update(crc, crc32.IEEETable, p)
	}
	return int64(crc)
}

// endpoint returns the sum of the address of a listener or a connect.
func endpoint(network, address string) int64 { return sum([]byte(network), []byte{0}, []byte(address)) }

// numberOf returns the number of a handle; 0 for none.
func numberOf(h backend.Handle) int64 {
	switch h := h.(type) {
	case *recorded:
		return h.number
	case *handle:
		return h.number
	}
	return 0
}
