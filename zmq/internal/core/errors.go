package core

import (
	"errors"
	"strings"
)

// Errors of sockets that the layers below do not have.
var (
	// ErrMultipart means that RecvBytes found a message that has not one frame.
	ErrMultipart = errors.New("zmq: RecvBytes: the message has not one frame")
	// ErrNotBound and ErrNotConnected mean that Unbind or Disconnect found no such
	// endpoint.
	ErrNotBound     = errors.New("the socket is not bound to it: give the endpoint that was given to Bind, or that LastEndpoint returned after it")
	ErrNotConnected = errors.New("the socket is not connected to it: give the endpoint that was given to Connect")
)

// FieldError says which option has a value that is not allowed.
type FieldError struct {
	Field string // of option.Values or Config, or "Type"
	Err   error
}

func (e *FieldError) Error() string {
	return "zmq: option " + e.Field + ": " + strings.TrimPrefix(e.Err.Error(), "zmq: ")
}

func (e *FieldError) Unwrap() error { return e.Err }
