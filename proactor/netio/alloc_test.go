package netio_test

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/actum-go/actum/internal/alloctest"
	"github.com/actum-go/actum/proactor"
)

// TestNoAllocation plays ping-pong: most reads find nothing and wait. It also
// extends deadlines each time, and writes vectors. It runs without a pool, which
// allocates goroutines when it grows.
func TestNoAllocation(t *testing.T) {
	onEach(t, func(t *testing.T, d *proactor.Dispatcher, network string) {
		if strings.HasSuffix(t.Name(), "/pool") {
			return
		}
		a, b := pair(t, d, network)
		go io.Copy(struct{ io.Writer }{b}, struct{ io.Reader }{b})
		ping, pong := []byte("ping"), make([]byte, 6)
		halves, v := [][]byte{ping[:1], ping[1:]}, make(net.Buffers, 2)
		turn := func() {
			a.SetDeadline(time.Now().Add(time.Hour))
			a.Write(ping[:2])
			copy(v[:2], halves)
			rest := v
			a.WriteBuffers(&rest)
			if _, err := io.ReadFull(a, pong); err != nil {
				t.Fatal(err)
			}
		}
		alloctest.None(t, 1000, func() {
			for range 1000 {
				turn()
			}
		})
	})
}
