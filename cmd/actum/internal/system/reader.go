package system

import "errors"

// ErrReaderGone is the error of a command whose standard output was closed by its
// reader.
var ErrReaderGone = errors.New("the reader of standard output has closed it")

// IsReaderGone reports whether err means that the reader is gone: a failed write,
// or ErrReaderGone.
func IsReaderGone(err error) bool { return errors.Is(err, ErrReaderGone) || IsBrokenPipe(err) }
