package netio

import (
	"errors"
	"io"
	"io/fs"
	"syscall"

	"github.com/actum-go/actum/proactor"
)

// ReadFrom writes everything that r returns, until its end. If r is a regular file,
// or an *io.LimitedReader of one, a transmit-file operation sends the bytes, on
// some systems without copying them into the program's memory. Therefore
// http.ServeContent and io.Copy send files. Other readers are copied.
func (c *Conn) ReadFrom(r io.Reader) (int64, error) {
	n, err := c.transmit(r)
	if errors.Is(err, errors.ErrUnsupported) {
		return io.Copy(writerOnly{c}, r)
	}
	if err != nil {
		err = c.opError("readfrom", err)
	}
	return n, err
}

// writerOnly hides ReadFrom from io.Copy.
type writerOnly struct{ io.Writer }

// openFile is implemented by *os.File, and by the type in which package os wraps it
// when io.Copy calls its WriteTo first.
type openFile interface {
	fs.File
	syscall.Conn
	Name() string
	io.Seeker
}

// transmit is ReadFrom for regular files. For other readers it returns
// errors.ErrUnsupported.
func (c *Conn) transmit(r io.Reader) (int64, error) {
	limit, limited := r.(*io.LimitedReader)
	if limited {
		r = limit.R
	}
	f, ok := r.(openFile)
	if !ok {
		return 0, errors.ErrUnsupported
	}
	offset, length, err := rest(f)
	if err != nil {
		return 0, err
	}
	if limited {
		length = min(length, max(limit.N, 0))
	}
	file, err := c.h.Dispatcher().AdoptFile(f)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	n, err := c.send(&proactor.Transmission{File: file, Offset: offset, Length: length})
	if limited {
		limit.N -= n
	}
	if _, e := f.Seek(offset+n, io.SeekStart); err == nil {
		err = e
	}
	return n, err
}

// rest returns the unread range of a regular file, in bytes. Files of /proc are
// regular and report size 0 although they are not empty: they have to be read.
func rest(f openFile) (offset, length int64, err error) {
	info, err := f.Stat()
	if err != nil {
		return 0, 0, err
	}
	if !info.Mode().IsRegular() || info.Size() == 0 {
		return 0, 0, errors.ErrUnsupported
	}
	offset, err = f.Seek(0, io.SeekCurrent)
	return offset, max(info.Size()-offset, 0), err
}

// send transmits t's range. If the file has been truncated meanwhile, the range
// ends early, without an error.
func (c *Conn) send(t *proactor.Transmission) (n int64, err error) {
	if err = c.out.enter(); err != nil {
		return 0, err
	}
	defer c.out.leave()
	for err == nil && t.Length > 0 {
		if err := c.out.begin(); err != nil {
			return n, err
		}
		c.h.TransmitFile(&c.out.op, t)
		_, err = c.out.await()
		sent := t.Sent()
		n, t.Offset, t.Length = n+sent, t.Offset+sent, t.Length-sent
		switch err {
		case proactor.ErrWouldBlock: // try again
			err = nil
		case io.ErrUnexpectedEOF:
			return n, nil
		}
	}
	return n, err
}
