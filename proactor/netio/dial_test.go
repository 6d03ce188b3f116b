package netio_test

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/conformance"
	"github.com/actum-go/actum/proactor/netio"
	"github.com/actum-go/actum/proactor/sim"
)

// TestDialErrors: each failure has the error of package net.
func TestDialErrors(t *testing.T) {
	onEach(t, func(t *testing.T, d *proactor.Dispatcher, network string) {
		ln := listen(t, d, network)
		unused := ln.Addr().String()
		ln.Close()
		absent := error(backend.ECONNREFUSED)
		if network == "unix" {
			absent = os.ErrNotExist
		}
		cancelled, cancel := context.WithCancel(t.Context())
		cancel()
		for _, c := range []struct {
			name, network, address string
			ctx                    context.Context
			want                   error
		}{
			{"no listener", network, unused, t.Context(), absent},
			{"cancelled before", network, unused, cancelled, context.Canceled},
			{"network", "carrier pigeon", unused, t.Context(), net.UnknownNetworkError("carrier pigeon")},
		} {
			conn, err := (&netio.Dialer{Dispatcher: d}).DialContext(c.ctx, c.network, c.address)
			if conn != nil {
				t.Fatalf("%s: connected to %v", c.name, conn.RemoteAddr())
			}
			checkOpError(t, "dial", err, c.want)
		}
	})
}

// TestDialGivesUp dials over a simulated network that takes hours: the context, or
// the dialer's Timeout, ends the dial on time. All times are virtual.
func TestDialGivesUp(t *testing.T) {
	for _, limit := range []struct {
		name    string
		timeout time.Duration // the dialer's Timeout
		context func() (context.Context, context.CancelFunc)
		want    error
	}{
		{"timeout", time.Second, func() (context.Context, context.CancelFunc) {
			return context.Background(), func() {}
		}, context.DeadlineExceeded},
		{"deadline", 0, func() (context.Context, context.CancelFunc) {
			return context.WithTimeout(context.Background(), time.Second)
		}, context.DeadlineExceeded},
		{"cancel", time.Hour, func() (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(context.Background())
			time.AfterFunc(time.Second, cancel)
			return ctx, cancel
		}, context.Canceled},
	} {
		t.Run(limit.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := openSim(t, 1, sim.Faults{DelayDial: 1, MaxDelay: 1000 * time.Hour})
				ln := listen(t, d, "tcp")
				ctx, cancel := limit.context()
				defer cancel()
				start := time.Now()
				dialer := netio.Dialer{Dispatcher: d, Timeout: limit.timeout}
				_, err := dialer.DialContext(ctx, "tcp", ln.Addr().String())
				checkOpError(t, "dial", err, limit.want)
				if e := err.(net.Error); e.Timeout() != (limit.want == context.DeadlineExceeded) {
					t.Errorf("%v: Timeout is %v", err, e.Timeout())
				}
				if took := time.Since(start); took != time.Second {
					t.Errorf("gave up after %v", took)
				}
			})
		})
	}
}

// TestDialNames: names and services are resolved, and an empty host means this
// host.
func TestDialNames(t *testing.T) {
	for _, name := range proactor.Backends() {
		t.Run(name, func(t *testing.T) {
			d := open(t, proactor.Options{Backend: proactor.Named(name)})
			ln, err := netio.Listen(d, "tcp", "localhost:0", nil)
			if err != nil {
				t.Fatal(err)
			}
			defer ln.Close()
			_, port, err := net.SplitHostPort(ln.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			for _, host := range []string{"localhost", "127.0.0.1", ""} {
				c, err := (&netio.Dialer{Dispatcher: d}).DialContext(t.Context(), "tcp", net.JoinHostPort(host, port))
				if err != nil {
					t.Errorf("%q: %v", host, err)
					continue
				}
				c.Close()
			}
		})
	}
}

// TestListenErrors: an address that is in use or invalid is an error.
func TestListenErrors(t *testing.T) {
	onEach(t, func(t *testing.T, d *proactor.Dispatcher, network string) {
		ln := listen(t, d, network)
		_, err := netio.Listen(d, network, ln.Addr().String(), nil)
		checkOpError(t, "listen", err, backend.EADDRINUSE)
		if _, err := netio.Listen(d, "tcp", "no port", nil); err == nil {
			t.Error("listened on an address without a port")
		}
		ln.Close()
		d.Close()
		if _, err := netio.Listen(d, network, anyAddress(t, network), nil); !errors.Is(err, net.ErrClosed) {
			t.Errorf("on a closed dispatcher: %v", err)
		}
	})
}

// TestUnixPathGoes: closing a listener removes its file.
func TestUnixPathGoes(t *testing.T) {
	conformance.NeedNetwork(t, "goroutine", "unix")
	d := open(t, proactor.Options{Backend: proactor.Named("goroutine")})
	path := filepath.Join(conformance.TempDir(t), "s")
	ln, err := netio.Listen(d, "unix", path, nil)
	if err != nil {
		t.Fatal(err)
	}
	ln.Close()
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file is there still: %v", err)
	}
}
