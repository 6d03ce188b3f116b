package files

import (
	"errors"
	"io"
	"io/fs"
	"net"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// TransmitError returns the error of a transmission that err ended, in the form of
// package net for a connection, or of package os for the pipe with that name.
func TransmitError(pipe, network string, local, remote net.Addr, err error) error {
	switch err {
	case nil, io.ErrUnexpectedEOF, backend.ErrWrongHandle, backend.ErrHandleClosed, backend.ErrBackendClosed:
		return err
	}
	if errors.Is(err, fs.ErrInvalid) {
		return err // the request is wrong, and no system call was made
	}
	if o := (*net.OpError)(nil); errors.As(err, &o) {
		err = o.Err
	}
	if pipe != "" {
		return &fs.PathError{Op: "write", Path: pipe, Err: err}
	}
	return &net.OpError{Op: "write", Net: network, Source: local, Addr: remote, Err: err}
}
