package runner

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
)

// newEndpoint returns an endpoint that no program listens on, and a function that
// removes it.
func newEndpoint(transport string) (endpoint string, remove func(), err error) {
	switch transport {
	case "inproc", "": // within one process, or without a stream
		return "", func() {}, nil
	case "tcp":
		endpoint, err = freePort()
		return endpoint, func() {}, err
	case "ipc":
		dir, err := os.MkdirTemp("", "bench")
		return "ipc://" + filepath.Join(dir, "socket"), func() { os.RemoveAll(dir) }, err
	}
	return "", nil, fmt.Errorf("no transport %q", transport)
}

// freePort asks the system for a port and gives it back. It stays free unless
// another program takes it in the moment before the job binds it.
func freePort() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer listener.Close()
	return "tcp://" + listener.Addr().String(), nil
}
