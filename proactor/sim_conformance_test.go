package proactor_test

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/internal/conformance"
	"github.com/actum-go/actum/proactor/sim"
)

// TestConformanceUnderFaults runs the suite on networks that delay and reorder. Faults
// that change a result which the suite checks are left out.
func TestConformanceUnderFaults(t *testing.T) {
	faults := sim.Faults{Delay: 0.2, Stall: 0.2, Reorder: 0.2, DelayDial: 0.2, DelayAccept: 0.2}
	for seed := range uint64(5) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			conformance.Run(t, suiteOfSim("unix", seed, faults, sim.ClockVirtual))
		})
	}
}

// TestConformanceOnTheSystemClock runs the suite on a simulated network in real
// time.
func TestConformanceOnTheSystemClock(t *testing.T) {
	conformance.Run(t, suiteOfSim("unix", 0, sim.Faults{}, sim.ClockSystem))
}

var errNoWaiter = errors.New("no operation waits for the signal")

// suiteOfSim says how to run the suite on simulated networks, one for each test.
func suiteOfSim(network string, seed uint64, faults sim.Faults, clock sim.Clock) conformance.Config {
	var current *sim.Network
	join := func() (*proactor.Dispatcher, error) {
		return proactor.New(proactor.Options{Backend: current})
	}
	config := conformance.Config{
		Network: network,
		New: func() (*proactor.Dispatcher, error) {
			current = sim.NewNetwork(seed, faults)
			current.SetClock(clock)
			current.SetHost("localhost", netip.MustParseAddr("127.0.0.1"))
			return join()
		},
		Beside: join,
		Raise: func(s os.Signal) error {
			if !current.Raise(s) {
				return errNoWaiter
			}
			return nil
		},
	}
	config.Exit = func(pid, code int) { current.ExitProcess(pid, code) }
	config.Exhaust = func(*testing.T) func() {
		current.Exhaust(true)
		return func() { current.Exhaust(false) }
	}
	if clock == sim.ClockVirtual {
		config.Sleep = func(d time.Duration) { current.Advance(d) }
	}
	return config
}
