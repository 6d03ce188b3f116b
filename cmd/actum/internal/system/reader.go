package system

import "errors"

// ErrReaderGone is the end of a command whose standard output nobody reads any more.
var ErrReaderGone = errors.New("nobody reads standard output any more")

// IsReaderGone reports whether err says that nobody reads what is written: a write
// that failed for that reason, or ErrReaderGone.
func IsReaderGone(err error) bool { return errors.Is(err, ErrReaderGone) || IsBrokenPipe(err) }
