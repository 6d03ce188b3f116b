//go:build linux

package uring

import (
	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

var _ backend.HangUps = (*handle)(nil)

// HungUp implements backend.HangUps.
func (h *handle) HungUp() bool {
	if h.acquire() != nil {
		return false
	}
	defer h.done()
	return sys.HungUp(h.fd)
}
