//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package kqueue

import (
	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// New makes a backend. The error says what the system lacks.
func New(backend.Options) (backend.Backend, error) {
	return NewOn("kqueue", func() (Queue, error) { return sys.NewKqueue() })
}
