package backend

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"strings"
	"testing"
)

func TestUnsupported(t *testing.T) {
	failed := func(err error) error {
		return &net.OpError{Op: "listen", Net: "unix", Err: os.NewSyscallError("socket", err)}
	}
	for _, tt := range []struct {
		network     string
		err         error
		unsupported bool
	}{
		{"unix", failed(EAFNOSUPPORT), true},
		{"unixgram", failed(EAFNOSUPPORT), true},
		{"tcp", failed(EAFNOSUPPORT), false},
		{"unix", failed(EADDRINUSE), false},
		{"unix", EAFNOSUPPORT, false},
		{"unix", nil, false},
	} {
		err := Unsupported(tt.network, tt.err)
		if errors.Is(err, errors.ErrUnsupported) != tt.unsupported || !errors.Is(err, tt.err) && !tt.unsupported {
			t.Errorf("%s, %v: %v", tt.network, tt.err, err)
		}
		if tt.unsupported && (!errors.Is(err, EAFNOSUPPORT) || !strings.Contains(err.Error(), "no unix sockets") || errors.Is(err, fs.ErrNotExist)) {
			t.Errorf("%s, %v: %v", tt.network, tt.err, err)
		}
	}
}
