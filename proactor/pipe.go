package proactor

import "os"

// Adopt makes a stream of what file is open on: a pipe, a FIFO, a terminal, the
// standard input, anything that is read and written in order and can be waited
// for. The handle has a descriptor of its own; file stays the caller's to close,
// and may be closed at once. Regular files are refused, with an error that
// unwraps to errors.ErrUnsupported: those are for OpenFile.
//
// A read from a terminal brings a line at a time, as long as the terminal is
// set so. What is read from the master of a pseudo-terminal whose other side is
// closed is, on Linux, an error: syscall.EIO.
//
// On Windows file must have been opened for overlapped I/O, as named pipes can be;
// consoles and the pipes of os.Pipe are refused. file loses its deadlines.
//
// The handle does not block, and what it is open on need not be shared with
// others: where the system allows it is opened anew, so that a shell's terminal
// is not changed. Otherwise (a standard input that another user owns) all who
// share it see it non-blocking.
func (d *Dispatcher) Adopt(file *os.File) (*Handle, error) {
	if d.closed.Load() {
		return nil, closedError("adopt a file")
	}
	h, err := d.backend.Adopt(file)
	if err != nil {
		return nil, err
	}
	return d.newHandle(h), nil
}

// Pipe makes a pipe: what is written to w is read from r. A read of the wrong end
// fails with syscall.EBADF, and so does a write. When w is closed, r reads what is
// in the pipe, then io.EOF; when r is closed, writes fail with syscall.EPIPE. On
// Windows these are ERROR_ACCESS_DENIED and ERROR_NO_DATA, and a write that is
// cancelled while somebody reads may have written more than it says.
func (d *Dispatcher) Pipe() (r, w *Handle, err error) {
	if d.closed.Load() {
		return nil, nil, closedError("make a pipe")
	}
	in, out, err := d.backend.Pipe()
	if err != nil {
		return nil, nil, err
	}
	return d.newHandle(in), d.newHandle(out), nil
}
