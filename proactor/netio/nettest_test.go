package netio_test

import (
	"net"
	"testing"

	"golang.org/x/net/nettest"

	"github.com/actum-go/actum/proactor"
)

// TestNettest runs the suite that every net.Conn should pass.
func TestNettest(t *testing.T) {
	onEach(t, func(t *testing.T, d *proactor.Dispatcher, network string) {
		ln := listen(t, d, network)
		nettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) {
			a, b, err := connect(d, ln)
			if err != nil {
				return nil, nil, nil, err
			}
			return a, b, func() {
				a.Close()
				b.Close()
			}, nil
		})
	})
}
