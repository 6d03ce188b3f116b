package netio

import (
	"errors"
	"io"
	"net"

	"github.com/actum-go/actum/proactor"
)

// opError is err as package net would say it: what was attempted, between whom.
// nil and io.EOF stay what they are.
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

// timeoutError is what a dial ends with whose context, or whose own time limit,
// has run out. It reads as package net's own.
type timeoutError struct{ cause error }

func (timeoutError) Error() string   { return "i/o timeout" }
func (timeoutError) Timeout() bool   { return true }
func (timeoutError) Temporary() bool { return true }
func (e timeoutError) Unwrap() error { return e.cause }
