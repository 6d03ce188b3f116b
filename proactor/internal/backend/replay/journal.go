// Package replay makes a run happen again. A [Recorder] stands between a
// dispatcher and a backend and writes a journal of all that comes from outside:
// the order and the results of completions, the bytes that were read, the time. A
// [Backend] reads a journal, and gives the same answers in the same order, without
// any I/O.
//
// What the program does is in the journal too, so that a replay notices when it
// does something else: then all operations complete with [ErrDiverged], which says
// what was expected.
//
// A run can be replayed if the dispatcher's operations are started by its handlers,
// and by the goroutine that runs it: what others do comes at another moment each
// time. Time is that of the last Wait, in both.
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
	"syscall"

	"github.com/actum-go/actum/proactor/internal/backend"
)

const magic = "actum journal 1\n"

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
)

var eventNames = [...]string{
	onListen: "listen", onAdopt: "adopt", onPipe: "pipe", onStart: "start", onCancel: "cancel", onCancelOn: "cancel on a handle", onCancelAll: "cancel all",
	onTryRead: "try to read", onTryWrite: "try to write", onCloseWrite: "close a direction", onCloseHandle: "close a handle", onWait: "wait", onClose: "close",
	onListenPacket: "listen for datagrams", onAdoptFile: "adopt a file",
}

// writer writes fields until something goes wrong.
type writer struct {
	w   *bufio.Writer
	buf [binary.MaxVarintLen64]byte
	err error
}

func newWriter(w io.Writer) *writer {
	j := &writer{w: bufio.NewWriter(w)}
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

// The errors that are themselves again; others keep their text, and the error
// number in them.
var sentinels = []error{nil, io.EOF, backend.ErrWouldBlock, backend.ErrCanceled, backend.ErrHandleClosed, backend.ErrBackendClosed,
	backend.ErrWriteClosed, backend.ErrWrongHandle, backend.ErrNotSocket, io.ErrUnexpectedEOF}

func (j *writer) error(err error) {
	for i, s := range sentinels {
		if err == s {
			j.int(int64(i))
			return
		}
	}
	j.int(-1)
	j.string(err.Error())
	var errno syscall.Errno
	errors.As(err, &errno)
	j.int(int64(errno))
	for i, s := range sentinels[1:] {
		if errors.Is(err, s) {
			j.int(int64(i + 1))
			return
		}
	}
	j.int(0)
}

// reader reads fields until something goes wrong.
type reader struct {
	r   *bufio.Reader
	err error
}

var errNoJournal = errors.New("replay: this is not a journal of actum's")

func newReader(r io.Reader) (*reader, error) {
	j := &reader{r: bufio.NewReader(r)}
	line, err := j.r.ReadString('\n')
	if err != nil || line != magic {
		return nil, errNoJournal
	}
	return j, nil
}

// event is the kind of the next event; 0 at the end.
func (j *reader) event() byte {
	if j.err != nil {
		return 0
	}
	kind, err := j.r.ReadByte()
	if err != nil {
		j.err = err
		return 0
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

// replayed is an error of the run that is replayed.
type replayed struct {
	text     string
	errno    syscall.Errno
	sentinel error
}

func (e *replayed) Error() string { return e.text }

// Unwrap gives what errors.Is asks for.
func (e *replayed) Unwrap() []error {
	var list []error
	if e.errno != 0 {
		list = append(list, e.errno)
	}
	if e.sentinel != nil {
		list = append(list, e.sentinel)
	}
	return list
}

func (j *reader) error() error {
	at := func(i int64) error {
		if i < 0 || i >= int64(len(sentinels)) {
			j.err = fmt.Errorf("replay: the journal has error %d: it is damaged", i)
			return nil
		}
		return sentinels[i]
	}
	i := j.int()
	if i >= 0 || j.err != nil {
		return at(max(i, 0))
	}
	e := &replayed{text: string(j.bytes()), errno: syscall.Errno(j.int())}
	e.sentinel = at(j.int())
	return e
}

// sum tells whether bytes are the same.
func sum(parts ...[]byte) int64 {
	var crc uint32
	for _, p := range parts {
		crc = crc32.Update(crc, crc32.IEEETable, p)
	}
	return int64(crc)
}
