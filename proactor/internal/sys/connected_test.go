//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows

package sys

import (
	"testing"

	"github.com/actum-go/actum/proactor/internal/backend"
)

func TestConnectAgain(t *testing.T) {
	for _, test := range []struct {
		network, local string
		err            error
		attempts       int
		want           bool
	}{
		{"tcp", "", backend.EADDRNOTAVAIL, 1, true},
		{"tcp", "", backend.EADDRNOTAVAIL, 2, true},
		{"tcp", "", backend.EADDRNOTAVAIL, 3, false},
		{"tcp", "127.0.0.1:0", backend.EADDRNOTAVAIL, 1, true},
		{"tcp", "127.0.0.1:5", backend.EADDRNOTAVAIL, 1, false},
		{"tcp", "", backend.ECONNREFUSED, 1, false},
		{"unix", "", backend.EADDRNOTAVAIL, 1, false},
	} {
		op := &backend.Op{Args: &backend.ConnectArgs{Network: test.network, Socket: &backend.SocketOptions{LocalAddr: test.local}}}
		if got := ConnectAgain(op.Connect(), test.err, test.attempts); got != test.want {
			t.Errorf("%+v: %v", test, got)
		}
	}
}
