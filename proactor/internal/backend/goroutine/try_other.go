//go:build !unix && !windows

package goroutine

import "github.com/actum-go/actum/proactor/internal/backend"

// try would read and write without waiting, which package net cannot do here.
type try struct{}

func (t *try) init(conn) {}

func (t *try) read([]byte) (int, error) { return 0, backend.ErrWouldBlock }

func (t *try) writeV([][]byte) (int, error) { return 0, backend.ErrWouldBlock }

func (t *try) write([]byte) (int, error) { return 0, backend.ErrWouldBlock }
