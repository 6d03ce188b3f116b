//go:build !unix && !windows

package sys

// SetBuffers does nothing: there are no such options here.
func SetBuffers(fd, send, recv int) error { return nil }

// SetBacklog does nothing: a listener's queue cannot be changed here.
func SetBacklog(fd, backlog int) error { return nil }
