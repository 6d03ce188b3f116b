package netio_test

import (
	"errors"
	"io"
	"testing"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/group"
)

// TestSpread serves connections on the dispatchers of a group in turn.
func TestSpread(t *testing.T) {
	for _, backend := range proactor.Backends() {
		if backend == "sim" {
			continue // each of its dispatchers would have its own network
		}
		t.Run(backend, func(t *testing.T) {
			clients := open(t, proactor.Options{Backend: proactor.Named(backend)})
			const dispatchers, each = 3, 5
			g, err := group.New(group.Options{
				Options: proactor.Options{Backend: proactor.Named(backend)}, Dispatchers: dispatchers,
			})
			if err != nil {
				t.Fatal(err)
			}
			ran := make(chan error, 1)
			go func() { ran <- g.Run() }()
			ln := listen(t, g.Dispatchers()[0], "tcp")
			ln.Spread(g)
			for range dispatchers * each {
				a, b, err := connect(clients, ln)
				if err != nil {
					t.Fatal(err)
				}
				defer a.Close()
				go io.Copy(struct{ io.Writer }{b}, struct{ io.Reader }{b})
				a.Write([]byte("x"))
				if _, err := io.ReadFull(a, make([]byte, 1)); err != nil {
					t.Error(err)
				}
			}
			for i, d := range g.Dispatchers() {
				want := each
				if i == 0 {
					want++ // the listener
				}
				if n := d.OpenHandles(); int(n) != want {
					t.Errorf("dispatcher %d has %d handles, want %d", i, n, want)
				}
			}
			if err := g.Close(); err != nil {
				t.Error(err)
			}
			if err := <-ran; !errors.Is(err, proactor.ErrClosed) {
				t.Error(err)
			}
		})
	}
}
