// Package replay makes a run happen again. A [Recorder] stands between a
// dispatcher and a backend and writes a journal of all that comes from outside:
// the order and the results of completions, the bytes that were read, the time,
// signals, and when other goroutines had what done. A [Backend] reads a journal,
// and gives the same answers in the same order, without any I/O.
//
// What the program does is in the journal too, so that a replay notices when it
// does something else: then all operations complete with [ErrDiverged], which says
// what was expected.
//
// One goroutine at a time dispatches, and everything is done by it; external.go says
// how others have something done. Time is that of the last Wait.
//
// # The journal
//
// A line that says what it is, the time, then events, each a byte and its fields:
// numbers as varints, strings and bytes with their lengths before them. Handles are numbered
// in the order in which they are made, operations in that in which they are
// started.
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

const magic = "actum journal 2\n"

// The events: what is called, with its arguments, and what it answers.
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
	onWait                         // time, how many; for each: operation, n, error, bytes, handle
	onClose                        // error
	onListenPacket                 // sum of network and address: error, handle
	onAdoptFile                    // error, handle
	onValue                        // sum of who wants it: a number
	onRequest                      // operation or 0, what: somebody else's is done now
	onSignal                       // set, its name
	onAside                        // onValue or one of those that make handles follows, asked for by somebody else
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

// writer writes fields until something goes wrong.
type writer struct {
	w     *bufio.Writer
	buf   [binary.MaxVarintLen64]byte
	names map[string]int64 // that were written, by number from 1
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

// name writes a string that comes again and again: the first time as 0 and itself.
func (j *writer) name(s string) {
	n := j.names[s]
	j.int(n)
	if n == 0 {
		j.string(s)
		j.names[s] = int64(len(j.names) + 1)
	}
}

// reader reads fields until something goes wrong.
type reader struct {
	r     *bufio.Reader
	names []string
	count int64 // events read
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

// peek is the kind of the next event, which stays the next; 0 at the end.
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

// event is the kind of the next event; 0 at the end.
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

// maxBytes bounds what a journal can make a replay allocate at once.
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

// sum tells whether bytes are the same.
func sum(parts ...[]byte) int64 {
	var crc uint32
	for _, p := range parts {
		crc = crc32.Update(crc, crc32.IEEETable, p)
	}
	return int64(crc)
}

// endpoint is the sum of where to listen, or to connect to.
func endpoint(network, address string) int64 { return sum([]byte(network), []byte{0}, []byte(address)) }

// numberOf is a handle's; 0 for none.
func numberOf(h backend.Handle) int64 {
	switch h := h.(type) {
	case *recorded:
		return h.number
	case *handle:
		return h.number
	}
	return 0
}
