//go:build !unix && !windows

package goroutine

import (
	"errors"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// receiver would wait for bytes without a buffer, which package net cannot do
// here.
type receiver struct{}

func (s *stream) receive(op *backend.Op) { op.Err = errors.ErrUnsupported }
