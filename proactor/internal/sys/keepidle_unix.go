//go:build unix && !darwin && !openbsd

package sys

import "golang.org/x/sys/unix"

const keepIdle = unix.TCP_KEEPIDLE
