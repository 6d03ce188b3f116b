//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package sys

// sendPart writes b.
func sendPart(socket int, b []byte, more bool) (int, error) {
	n, errno := Send(socket, b)
	return n, callError("write", errno)
}

// sendFile has the caller copy: the calls of that name differ between these systems, and
// one system has none.
func sendFile(socket int, f File, off int64, most int) (int, error) { return 0, errUnsendable }
