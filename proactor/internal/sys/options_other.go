//go:build !unix && !windows

package sys

// SetBuffers does nothing: this system has no such options.
func SetBuffers(fd, send, recv int) error { return nil }

// SetBacklog does nothing: the length of a listener's queue cannot be changed.
func SetBacklog(fd, backlog int) error { return nil }
