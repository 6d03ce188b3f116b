//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package kqueue

import (
	"testing"

	"github.com/actum-go/actum/internal/leakcheck"
)

func TestMain(m *testing.M) { leakcheck.Main(m) }
