package nettest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/net/nettest"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/internal/conformance"
	"github.com/actum-go/actum/proactor/netio"
	"github.com/actum-go/actum/proactor/sim"
)

// TestNettest runs the suite on every backend and kind of stream, and on a dispatcher
// with a pool.
func TestNettest(t *testing.T) {
	for _, backend := range proactor.Backends() {
		for _, network := range []string{"tcp", "unix"} {
			t.Run(backend+"/"+network, func(t *testing.T) {
				conformance.NeedNetwork(t, backend, network)
				o := proactor.Options{Backend: proactor.Named(backend)}
				if backend == "sim" {
					o.Backend = simulated(0, sim.Faults{})
				}
				suite(t, o, network)
			})
		}
	}
	t.Run("pool", func(t *testing.T) {
		suite(t, proactor.Options{Pool: proactor.Pool{Min: 2, Max: 4}}, "tcp")
	})
}

// TestNettestUnderFaults runs the suite on networks in which everything is short,
// late, out of order and cancelled too late. The scheduler orders the goroutines,
// so that a seed replays only the faults, not the run.
func TestNettestUnderFaults(t *testing.T) {
	faults := sim.Mild()
	faults.MaxDelay = time.Millisecond
	for seed := range uint64(3) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			suite(t, proactor.Options{Backend: simulated(seed, faults)}, "tcp")
		})
	}
}

// simulated makes a simulated network on the system's clock, because the tests have
// goroutines of their own.
func simulated(seed uint64, faults sim.Faults) *sim.Network {
	n := sim.NewNetwork(seed, faults)
	n.SetClock(sim.ClockSystem)
	return n
}

// suite runs the suite on a dispatcher.
func suite(t *testing.T, o proactor.Options, network string) {
	d := run(t, o)
	address := "127.0.0.1:0"
	if network == "unix" {
		address = filepath.Join(conformance.TempDir(t), "s")
	}
	ln, err := netio.Listen(d, network, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	dialer := netio.Dialer{Dispatcher: d}
	nettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) {
		a, err := dialer.DialContext(context.Background(), network, ln.Addr().String())
		if err != nil {
			return nil, nil, nil, err
		}
		b, err := ln.Accept()
		if err != nil {
			a.Close()
			return nil, nil, nil, err
		}
		return a, b, func() {
			a.Close()
			b.Close()
		}, nil
	})
}

// run makes a dispatcher that runs until the test ends.
func run(t *testing.T, o proactor.Options) *proactor.Dispatcher {
	t.Helper()
	d, err := proactor.New(o)
	if o.Backend == proactor.Named("uring") && (errors.Is(err, os.ErrPermission) || errors.Is(err, errors.ErrUnsupported)) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	ran := make(chan error, 1)
	go func() { ran <- d.Run() }()
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
		if err := <-ran; !errors.Is(err, proactor.ErrClosed) {
			t.Errorf("Run: %v", err)
		}
	})
	return d
}
