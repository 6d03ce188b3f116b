package files_test

import (
	"net"
	"syscall"
	"testing"

	"github.com/actum-go/actum/proactor/internal/backend/files"
)

// TestTransmitErrorTexts: the error of a transmission is that of a write to its
// stream.
func TestTransmitErrorTexts(t *testing.T) {
	local, remote := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1}, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 2}
	for _, tt := range []struct {
		err  error
		want string
	}{
		{files.TransmitError("", "tcp", local, remote, syscall.EPIPE), "write tcp 127.0.0.1:1->127.0.0.1:2: " + syscall.EPIPE.Error()},
		{files.TransmitError("/tmp/p", "", nil, nil, syscall.EPIPE), "write /tmp/p: " + syscall.EPIPE.Error()},
	} {
		if tt.err.Error() != tt.want {
			t.Errorf("%q, want %q", tt.err, tt.want)
		}
	}
}
