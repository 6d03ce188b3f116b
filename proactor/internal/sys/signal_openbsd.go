package sys

// disableSIGPIPE has no option to set: the Go runtime ignores the SIGPIPE of a broken
// connection.
func disableSIGPIPE(fd int, err error) (int, error) { return fd, err }
