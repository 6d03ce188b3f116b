package backend

import (
	"context"
	"errors"
	"fmt"
	"net"
)

// The errors of an operation, beside those that the system reports.
var (
	// ErrWouldBlock is returned by TryRead and TryWrite when there is nothing to
	// read or no room to write.
	ErrWouldBlock = errors.New("proactor: operation would block")
	// ErrCanceled is the result of an operation that was cancelled in time.
	ErrCanceled = fmt.Errorf("proactor: operation cancelled: %w", context.Canceled)
	// ErrHandleClosed is the result of an operation that was outstanding on a
	// handle when it was closed, or was started afterwards.
	ErrHandleClosed = fmt.Errorf("proactor: handle closed: %w", net.ErrClosed)
	// ErrWriteClosed is the result of a write that was started after CloseWrite.
	ErrWriteClosed = fmt.Errorf("proactor: write side closed: %w", EPIPE)
	// ErrBackendClosed is the result of an operation that was outstanding when the
	// dispatcher was closed.
	ErrBackendClosed = fmt.Errorf("proactor: dispatcher closed: %w", net.ErrClosed)
)

// The reasons why another dispatcher cannot take a handle.
var (
	// ErrBusy says that an operation is outstanding on the handle.
	ErrBusy = errors.New("proactor: an operation is outstanding on the handle: hand it over between two operations")
	// ErrOtherBackend says that the two dispatchers use different kinds of
	// backends.
	ErrOtherBackend = fmt.Errorf("proactor: a handle can only be handed to a dispatcher on the same kind of backend: %w", errors.ErrUnsupported)
)

// ErrWrongHandle is the result of an operation that its handle does not support,
// such as an accept on a stream, or a read on a listener or a file.
var ErrWrongHandle = fmt.Errorf("proactor: accept is for listeners, read, write and transmit are for streams, "+
	"read at, write at, sync and stat are for files, receive-from and send-to are for datagrams: %w", errors.ErrUnsupported)

// ErrNotSocket is returned by CloseWrite for a handle that has only one direction.
var ErrNotSocket = fmt.Errorf("proactor: only a stream socket can be closed in one direction: %w", errors.ErrUnsupported)
