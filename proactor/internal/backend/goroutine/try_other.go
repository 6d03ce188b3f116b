//go:build !unix && !windows

package goroutine

import "github.com/actum-go/actum/proactor/internal/backend"

// try does nothing: on this system package net cannot read or write without
// waiting.
type try struct{}

func (t *try) init(conn) {}

func (t *try) read([]byte) (int, error) { return 0, backend.ErrWouldBlock }

func (t *try) writeV([][]byte) (int, error) { return 0, backend.ErrWouldBlock }

func (t *try) write([]byte) (int, error) { return 0, backend.ErrWouldBlock }
