package netio_test

import (
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"testing"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/netio"
)

// A deadline and a Close end a read without the dispatcher where the backend waits without a
// buffer, and the read that it leaves behind takes nothing.
func TestDeadlineWithoutDispatcher(t *testing.T) {
	for _, backend := range []string{"epoll", "uring", "kqueue"} {
		if !slices.Contains(proactor.Backends(), backend) {
			continue
		}
		t.Run(backend, func(t *testing.T) {
			d, err := proactor.New(proactor.Options{Backend: proactor.Named(backend)})
			if errors.Is(err, os.ErrPermission) || errors.Is(err, errors.ErrUnsupported) {
				t.Skip(err)
			}
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			ran := make(chan error)
			run := func() { ran <- d.Run() }
			stop := func() {
				d.Stop()
				if err := <-ran; err != nil {
					t.Error(err)
				}
			}
			read := func(c *netio.Conn) error { _, err := io.ReadFull(c, make([]byte, 1)); return err }
			go run()
			a, b := pair(t, d, "tcp")
			stop()
			for range 3 {
				result := blocked(func() error { return readOne(a) })
				a.SetReadDeadline(past)
				checkTimeout(t, "read", <-result)
				a.SetReadDeadline(never)
			}
			if _, err := b.Write([]byte("x")); err != nil {
				t.Fatal(err)
			}
			if err := read(a); err != nil {
				t.Error(err)
			}
			result := blocked(func() error { return read(a) })
			go run()
			if _, err := b.Write([]byte("y")); err != nil {
				t.Error(err)
			}
			if err := <-result; err != nil {
				t.Error(err)
			}
			stop()
			result = blocked(func() error { return read(a) })
			a.Close()
			if err := <-result; !errors.Is(err, net.ErrClosed) {
				t.Error(err)
			}
		})
	}
}

// The backend of NewDispatcher is the best one for this package, unless something else
// is asked for.
func TestNewDispatcher(t *testing.T) {
	best := proactor.Backends()[0]
	if slices.Contains(proactor.Backends(), "epoll") {
		best = "epoll"
	}
	for _, c := range []struct {
		variable string
		backend  proactor.Backend
		want     string
	}{
		{"", nil, best},
		{"goroutine", nil, "goroutine"},
		{"", proactor.Named("goroutine"), "goroutine"},
	} {
		t.Setenv(proactor.BackendVariable, c.variable)
		d, err := netio.NewDispatcher(proactor.Options{Backend: c.backend})
		if err != nil {
			t.Fatal(err)
		}
		if got := d.Backend().Name; got != c.want {
			t.Errorf("variable %q, Backend %v: %s, want %s", c.variable, c.backend, got, c.want)
		}
		d.Close()
	}
}
