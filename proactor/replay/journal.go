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

// A journal is a line that identifies its format, the time at its start, and events. An
// event is a byte and its fields: numbers are varints, strings and bytes have their length
// in front. Handles are numbered in the order in which they are made, operations in
// the order in which they are started.
//
// A recorder is a backend between a dispatcher and its backend, and writes a journal. A
// player is a backend that reads one and returns the same results in the same order,
// without any I/O. The goroutine that dispatches, one at a time, makes all calls that are
// recorded; external.go describes how the calls of other goroutines are handed to it. Time
// advances only in Wait: Now of both returns the time of the last Wait.

const magic = "actum journal 2\n"

// The events. Most of them are a call; the comments have its arguments and, after a colon,
// its results. A sum is a checksum (see sum). A handle among the
// results is its two addresses.
const (
	eventListen       byte = iota + 1 // sum of network and address: error, handle
	eventAdopt                        // : error, handle
	eventPipe                         // : error, handle, handle
	eventStart                        // kind, handle, size, sum of the bytes
	eventCancel                       // operation
	eventCancelOn                     // handle
	eventCancelAll                    // no arguments
	eventTryRead                      // handle, size: n, error, bytes
	eventTryWrite                     // handle, sum of the bytes: n, error
	eventCloseWrite                   // handle: error
	eventCloseHandle                  // handle: error
	eventWait                         // : time, count; for each completion: operation, n, error, bytes, handle or 0
	eventClose                        // : error
	eventListenPacket                 // sum of network and address: error, handle
	eventAdoptFile                    // : error, handle
	eventValue                        // sum of the calling function's name: a number
	eventRequest                      // operation or 0, text: the request of another goroutine that is carried out now
	eventSignal                       // number of the SignalSet, name of the signal
	eventExternal                     // another goroutine made the call that follows: eventValue, or one that makes handles
)

var eventNames = [...]string{
	0:           "the end of the journal",
	eventListen: "listen", eventAdopt: "adopt", eventPipe: "make a pipe", eventStart: "start an operation", eventCancel: "cancel an operation",
	eventCancelOn: "cancel on a handle", eventCancelAll: "cancel all", eventTryRead: "try to read", eventTryWrite: "try to write",
	eventCloseWrite: "close a direction", eventCloseHandle: "close a handle", eventWait: "wait for completions", eventClose: "close the dispatcher",
	eventListenPacket: "listen for datagrams", eventAdoptFile: "adopt a file", eventValue: "ask for a value",
	eventRequest: "do what another goroutine asked for", eventSignal: "receive a signal", eventExternal: "answer another goroutine",
}

// eventName describes a kind of event for an error.
func eventName(event byte) string {
	if int(event) >= len(eventNames) {
		return "an unknown event"
	}
	return eventNames[event]
}

// writer writes a journal. After the first error it does nothing.
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

// name writes a string that occurs often: the first time as 0 and the string, later as
// its number.
func (j *writer) name(s string) {
	n := j.names[s]
	j.int(n)
	if n == 0 {
		j.string(s)
		j.names[s] = int64(len(j.names) + 1)
	}
}

// reader reads a journal. After the first error it returns zero values.
type reader struct {
	r     *bufio.Reader
	names []string
	count int64 // number of events read
	err   error
}

var errNoJournal = errors.New("replay: this is not a journal of actum, or a journal of another version")

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

// sum returns the checksum by which a replay compares bytes.
func sum(parts ...[]byte) int64 {
	var crc uint32
	for _, p := range parts {
		crc = crc32.Update(crc, crc32.IEEETable, p)
	}
	return int64(crc)
}

// addressSum returns the sum of the address of a listener or a connect.
func addressSum(network, address string) int64 {
	return sum([]byte(network), []byte{0}, []byte(address))
}

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
