// Package exit defines actum's exit codes, and the errors that lead to them.
//
//	0    done; or standard output was closed, and no message was lost by that
//	1    the command failed or timed out; a message was lost, or not delivered, also
//	     because of Ctrl-C; the demonstration lost or reordered a message
//	2    the command line cannot be carried out: a wrong type, endpoint or
//	     option, an endpoint that cannot be bound, something not offered
//	130  interrupted by Ctrl-C, SIGTERM or SIGHUP; everything was closed in order, and
//	     every message was delivered
package exit

import (
	"context"
	"errors"
	"fmt"

	"github.com/actum-go/actum/cmd/actum/internal/system"
	"github.com/actum-go/actum/zmq"
)

// The codes.
const (
	OK          = 0
	Failed      = 1
	Usage       = 2
	Interrupted = 130
)

// UsageError is the error for a command line that cannot be carried out.
type UsageError struct{ Err error }

func (e *UsageError) Error() string { return e.Err.Error() }

func (e *UsageError) Unwrap() error { return e.Err }

// Usagef makes a UsageError.
func Usagef(format string, args ...any) error {
	return &UsageError{fmt.Errorf(format, args...)}
}

// Code is the exit code for a command's error. The user gives endpoints and
// options, so the library's errors about them are errors of the command line.
func Code(err error) int {
	var usage *UsageError
	var endpoint *zmq.EndpointError
	var option *zmq.OptionError
	switch {
	case err == nil, system.IsReaderGone(err):
		return OK
	case errors.Is(err, context.Canceled):
		return Interrupted
	case errors.As(err, &usage), errors.As(err, &endpoint), errors.As(err, &option):
		return Usage
	}
	return Failed
}

// Silent reports whether err needs no message: success, a closed standard output,
// or an interruption.
func Silent(err error) bool {
	code := Code(err)
	return code == OK || code == Interrupted
}
