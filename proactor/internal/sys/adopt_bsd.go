//go:build unix && !linux

package sys

import "golang.org/x/sys/unix"

// reopen is not possible on these systems. Other owners of the descriptor see that it
// has become non-blocking.
func reopen(int, int, *unix.Stat_t) (int, bool) { return -1, false }
