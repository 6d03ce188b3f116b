package proactor

import (
	"errors"
	"os"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// The errors of operations and dispatchers, beside those of the system. Compare with
// errors.Is.
var (
	// ErrWouldBlock is the result of the Try methods of a Handle if there is nothing to
	// read or no room to write.
	ErrWouldBlock = backend.ErrWouldBlock
	// ErrCanceled is the result of a cancelled operation. It unwraps to
	// context.Canceled.
	ErrCanceled = backend.ErrCanceled
	// ErrDeadlineExceeded is the result of an operation that ran out of time. It
	// unwraps to os.ErrDeadlineExceeded, and is a net.Error whose Timeout is true.
	ErrDeadlineExceeded error = deadlineError{}
	// ErrHandleClosed is the result of an operation whose handle was closed. It
	// unwraps to net.ErrClosed.
	ErrHandleClosed = backend.ErrHandleClosed
	// ErrWriteClosed is the result of a write that was started after
	// Handle.CloseWrite. It unwraps to syscall.EPIPE.
	ErrWriteClosed = backend.ErrWriteClosed
	// ErrClosed is the result of an operation whose dispatcher was closed, and
	// what Run returns then. It unwraps to net.ErrClosed.
	ErrClosed = backend.ErrBackendClosed
	// ErrBusy is why a handle cannot be moved: an operation is outstanding on it.
	ErrBusy = backend.ErrBusy
	// ErrOtherBackend is why a handle cannot be moved: the two dispatchers do not use
	// the same kind of backend, or one of them keeps a journal. It unwraps to
	// errors.ErrUnsupported.
	ErrOtherBackend = backend.ErrOtherBackend
	// ErrWrongHandle is the result of an operation that its handle cannot do: an accept
	// on a stream, a read on a listener or a file. It unwraps to errors.ErrUnsupported.
	ErrWrongHandle = backend.ErrWrongHandle
	// ErrNotSocket is the result of Handle.CloseWrite if the handle has no two
	// directions: a pipe, a listener, a file. It unwraps to errors.ErrUnsupported.
	ErrNotSocket = backend.ErrNotSocket
	// ErrStopped is what RunOne returns when Stop ended it.
	ErrStopped = errors.New("proactor: dispatcher stopped")
	// ErrInHandler is the result of a call that a completion handler has made, directly
	// or not, and that would wait for the dispatcher, which waits for the handler. See
	// [Dispatcher.InHandler].
	ErrInHandler = errors.New("proactor: called by a completion handler of the dispatcher that the call would wait for, which would never end: make the call on another goroutine")
	// ErrRunning is what Run, RunOne and Poll return if another goroutine is inside one
	// of them already, or if a handler calls them.
	ErrRunning = errors.New("proactor: dispatcher is running already: one call of Run, RunOne or Poll at a time (Options.Pool makes Run use several goroutines)")
)

// closedError is the error of a call that a closed dispatcher refuses.
func closedError(call string) error { return &closedCall{call} }

type closedCall struct{ call string }

func (e *closedCall) Error() string {
	return "proactor: " + e.call + ": the dispatcher is closed: make another with New"
}

func (e *closedCall) Unwrap() error { return ErrClosed }

// deadlineError is the type of ErrDeadlineExceeded.
type deadlineError struct{}

func (deadlineError) Error() string {
	return "proactor: the operation did not complete before its timeout or deadline, and was cancelled"
}

func (deadlineError) Unwrap() error   { return os.ErrDeadlineExceeded }
func (deadlineError) Timeout() bool   { return true }
func (deadlineError) Temporary() bool { return true }
