package netio

import (
	"errors"
	"io"
	"net"
	"os"

	"github.com/actum-go/actum/proactor"
)

// opError wraps err as package net does, with the operation and the addresses. It
// returns nil and io.EOF unchanged.
func opError(op string, local, remote net.Addr, err error) error {
	switch err {
	case nil, io.EOF:
		return err
	case os.ErrDeadlineExceeded: // frequent in net/http, and nothing to look for
	default:
		err = cause(err)
	}
	e := &net.OpError{Op: op, Source: local, Addr: remote, Err: err}
	switch {
	case local != nil:
		e.Net = local.Network()
	case remote != nil:
		e.Net = remote.Network()
	}
	return e
}

// cause is the error that err is about, in the words of package net.
func cause(err error) error {
	if said := (*net.OpError)(nil); errors.As(err, &said) {
		err = said.Err
	}
	if errors.Is(err, proactor.ErrHandleClosed) {
		return net.ErrClosed
	}
	return err
}

// timeoutError is the error of a dial whose context or Timeout has expired. Its
// text is that of package net's error.
type timeoutError struct{ cause error }

func (timeoutError) Error() string   { return "i/o timeout" }
func (timeoutError) Timeout() bool   { return true }
func (timeoutError) Temporary() bool { return true }
func (e timeoutError) Unwrap() error { return e.cause }
