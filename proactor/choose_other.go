//go:build !linux && !windows && !darwin && !dragonfly && !freebsd && !netbsd && !openbsd

package proactor

import "github.com/actum-go/actum/proactor/internal/backend/goroutine"

// candidates of systems without a backend of their own.
var candidates = []candidate{
	{name: "goroutine", open: goroutine.New},
}
