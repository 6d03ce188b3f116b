package files

import (
	"errors"
	"io"
	"io/fs"
	"net"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// TransmitError is the error of a transmission, given why it ended: as package
// net would say it for a write to a connection, as package os for one to the pipe
// of that name.
func TransmitError(pipe, network string, local, remote net.Addr, err error) error {
	switch err {
	case nil, io.ErrUnexpectedEOF, backend.ErrWrongHandle, backend.ErrHandleClosed, backend.ErrBackendClosed:
		return err
	}
	if errors.Is(err, fs.ErrInvalid) {
		return err // what was asked for is wrong, and no system was asked
	}
	if o := (*net.OpError)(nil); errors.As(err, &o) {
		err = o.Err
	}
	if pipe != "" {
		return &fs.PathError{Op: "write", Path: pipe, Err: err}
	}
	return &net.OpError{Op: "write", Net: network, Source: local, Addr: remote, Err: err}
}
