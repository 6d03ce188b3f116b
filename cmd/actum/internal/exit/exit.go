// Package exit is what actum's exit codes mean, and the errors that lead to
// them.
//
//	0    done; or standard output was closed, and no message was lost by it
//	1    it failed or timed out; a message was lost, or not delivered, also when
//	     that is because of Ctrl-C; the demonstration lost or reordered one
//	2    the command line cannot be carried out: a wrong type, endpoint or
//	     option, an endpoint that cannot be bound, something not offered
//	130  interrupted by Ctrl-C, SIGTERM or SIGHUP; everything was closed in order, and no
//	     message was left undelivered
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

// UsageError is a command line that cannot be carried out.
type UsageError struct{ Err error }

func (e *UsageError) Error() string { return e.Err.Error() }

func (e *UsageError) Unwrap() error { return e.Err }

// Usagef makes a UsageError.
func Usagef(format string, args ...any) error {
	return &UsageError{fmt.Errorf(format, args...)}
}

// Code is the exit code for how a command ended. Endpoints and options are the
// user's: what the library says of them is about the command line.
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

// Silent reports whether an ending needs no words: success, a reader of
// standard output that went away, an interruption.
func Silent(err error) bool {
	code := Code(err)
	return code == OK || code == Interrupted
}
