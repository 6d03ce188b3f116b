//go:build !unix && !windows

package sys

// Truncated returns false: this system does not report that a datagram was cut.
func Truncated(int, error) bool { return false }
