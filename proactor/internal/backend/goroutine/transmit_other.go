//go:build !linux

package goroutine

import (
	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/files"
)

// sender is nothing here: files are copied.
type sender struct{}

var _ *sender // a stream has one, which only Linux uses

// send copies the file. Package net could have the system send it, but only from
// where the file's position is, which all users of a file share.
func (s *stream) send(t *backend.Transmission) error { return files.Copy(s.conn, t) }
