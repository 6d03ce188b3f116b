//go:build unix && !linux

package sys

import "golang.org/x/sys/unix"

// reopen is not possible here: being non-blocking is shared with whoever else
// has the descriptor.
func reopen(int, int, *unix.Stat_t) (int, bool) { return -1, false }
