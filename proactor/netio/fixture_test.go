package netio_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/internal/conformance"
	"github.com/actum-go/actum/proactor/netio"
	"github.com/actum-go/actum/proactor/sim"
)

// open makes a dispatcher that runs until the test ends. The simulated network uses
// the system's clock, because the tests have goroutines of their own.
func open(t testing.TB, o proactor.Options) *proactor.Dispatcher {
	t.Helper()
	if o.Backend == proactor.Named("sim") {
		o.Backend = simulated(0, sim.Faults{})
	}
	d, err := proactor.New(o)
	if o.Backend == proactor.Named("uring") && (errors.Is(err, os.ErrPermission) || errors.Is(err, errors.ErrUnsupported)) {
		t.Skip(err)
	}
	return run(t, d, err)
}

// openSim is open for a simulated network with faults.
func openSim(t testing.TB, seed uint64, faults sim.Faults) *proactor.Dispatcher {
	t.Helper()
	d, err := proactor.New(proactor.Options{Backend: simulated(seed, faults)})
	return run(t, d, err)
}

// simulated makes a simulated network on the system's clock.
func simulated(seed uint64, faults sim.Faults) *sim.Network {
	n := sim.NewNetwork(seed, faults)
	n.SetClock(sim.ClockSystem)
	return n
}

func run(t testing.TB, d *proactor.Dispatcher, err error) *proactor.Dispatcher {
	t.Helper()
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

// onEach runs a test on every backend and kind of stream, and on a dispatcher with
// a pool.
func onEach(t *testing.T, test func(t *testing.T, d *proactor.Dispatcher, network string)) {
	for _, backend := range proactor.Backends() {
		for _, network := range []string{"tcp", "unix"} {
			t.Run(backend+"/"+network, func(t *testing.T) {
				conformance.NeedNetwork(t, backend, network)
				test(t, open(t, proactor.Options{Backend: proactor.Named(backend)}), network)
			})
		}
	}
	t.Run("pool", func(t *testing.T) {
		test(t, open(t, proactor.Options{Pool: proactor.Pool{Min: 2, Max: 4}}), "tcp")
	})
}

// listen makes a listener that is closed when the test ends.
func listen(t testing.TB, d *proactor.Dispatcher, network string) *netio.Listener {
	t.Helper()
	ln, err := netio.Listen(d, network, anyAddress(t, network), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	return ln
}

func anyAddress(t testing.TB, network string) string {
	if network == "unix" {
		return filepath.Join(conformance.TempDir(t), "s")
	}
	return "127.0.0.1:0"
}

// pair makes the two ends of a stream, which are closed when the test ends.
func pair(t testing.TB, d *proactor.Dispatcher, network string) (dialled, accepted *netio.Conn) {
	t.Helper()
	dialled, accepted, err := connect(d, listen(t, d, network))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		dialled.Close()
		accepted.Close()
	})
	return dialled, accepted
}

func connect(d *proactor.Dispatcher, ln *netio.Listener) (dialled, accepted *netio.Conn, err error) {
	dialer := netio.Dialer{Dispatcher: d}
	c, err := dialer.DialContext(context.Background(), ln.Addr().Network(), ln.Addr().String())
	if err != nil {
		return nil, nil, err
	}
	dialled = c.(*netio.Conn)
	accepted, err = ln.AcceptConn()
	if err != nil {
		dialled.Close()
		return nil, nil, err
	}
	return dialled, accepted, nil
}
