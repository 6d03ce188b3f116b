//go:build !linux

package goroutine

import (
	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/files"
)

// sender is empty: files are copied.
type sender struct{}

var _ *sender // a stream has a field of this type, which only Linux uses

// send copies the file. The system can send a file only from the file's position,
// which all users of the file share.
func (s *stream) send(t *backend.Transmission) error { return files.Copy(s.conn, t) }
