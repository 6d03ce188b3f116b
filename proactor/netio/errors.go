package netio

import (
	"errors"
	"io"
	"net"

	"github.com/actum-go/actum/proactor"
)

// opError wraps err as package net does, with the operation and the addresses. It
// returns nil and io.EOF unchanged.
func opError(op string, local, remote net.Addr, err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	if said := (*net.OpError)(nil); errors.As(err, &said) {
		err = said.Err
	}
	if errors.Is(err, proactor.ErrHandleClosed) {
		err = net.ErrClosed
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

// timeoutError is the error of a dial whose context or Timeout has expired. Its
// text is that of package net's error.
type timeoutError struct{ cause error }

func (timeoutError) Error() string   { return "i/o timeout" }
func (timeoutError) Timeout() bool   { return true }
func (timeoutError) Temporary() bool { return true }
func (e timeoutError) Unwrap() error { return e.cause }
