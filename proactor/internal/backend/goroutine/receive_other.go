//go:build !unix && !windows

package goroutine

import (
	"errors"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// receiver is empty: on this system package net cannot wait for bytes without a
// buffer.
type receiver struct{}

func (s *stream) receive(op *backend.Op) { op.Err = errors.ErrUnsupported }
