package netio_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/actum-go/actum/proactor"
)

// certificate returns the test certificate of net/http, for example.com, and a
// client configuration that trusts it.
var certificate = sync.OnceValues(func() (server, client *tls.Config) {
	s := httptest.NewUnstartedServer(nil)
	s.StartTLS()
	defer s.Close()
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return &tls.Config{Certificates: s.TLS.Certificates},
		&tls.Config{RootCAs: roots, ServerName: "example.com"}
})

// tlsPair is pair with TLS. The first Read or Write makes the handshake.
func tlsPair(t *testing.T, d *proactor.Dispatcher, network string) (client, server *tls.Conn) {
	forServer, forClient := certificate()
	a, b := pair(t, d, network)
	return tls.Client(a, forClient), tls.Server(b, forServer)
}

// TestTLSBothWays transfers in both directions at once, until each end has sent its
// end.
func TestTLSBothWays(t *testing.T) {
	onEach(t, func(t *testing.T, d *proactor.Dispatcher, network string) {
		client, server := tlsPair(t, d, network)
		_, body := vector(repeat(4, 1<<20))
		var all sync.WaitGroup
		for _, c := range []*tls.Conn{client, server} {
			all.Go(func() {
				if _, err := c.Write(body); err != nil {
					t.Error(err)
				}
				if err := c.CloseWrite(); err != nil {
					t.Error(err)
				}
			})
			all.Go(func() {
				got, err := io.ReadAll(c)
				if !bytes.Equal(got, body) || err != nil {
					t.Errorf("read %d bytes of %d, %v", len(got), len(body), err)
				}
			})
		}
		all.Wait()
		if v := client.ConnectionState().Version; v != tls.VersionTLS13 {
			t.Errorf("version %#x", v)
		}
	})
}
