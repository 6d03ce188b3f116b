//go:build unix && !solaris

package sys

import "golang.org/x/sys/unix"

const soReusePort = unix.SO_REUSEPORT
