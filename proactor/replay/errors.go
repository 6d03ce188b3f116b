package replay

import (
	"errors"
	"fmt"
	"io"
	"syscall"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// sentinels are the errors that a replay returns as the same values. Other errors
// keep their text and their error number.
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

// replayed is an error of the recorded run.
type replayed struct {
	text     string
	errno    syscall.Errno
	sentinel error
}

func (e *replayed) Error() string { return e.text }

// Unwrap returns the values that errors.Is compares.
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
