package proactor_test

import (
	"slices"
	"testing"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/conformance"
	"github.com/actum-go/actum/proactor/sim"
)

// TestConformance runs the suite on every backend that works here; TestBackendsWork
// reports those that do not.
func TestConformance(t *testing.T) {
	for _, name := range workingBackends() {
		for _, network := range []string{"tcp", "unix"} {
			t.Run(name+"/"+network, func(t *testing.T) {
				conformance.NeedNetwork(t, name, network)
				conformance.Run(t, suiteOf(name, network))
			})
		}
	}
}

// TestConformanceLocked runs the suite on a ring for which a locked thread waits.
func TestConformanceLocked(t *testing.T) {
	for _, network := range []string{"tcp", "unix"} {
		t.Run(network, func(t *testing.T) {
			suite := suiteOf(lockable(t), network)
			suite.Locked = true
			suite.New = func() (*proactor.Dispatcher, error) {
				return proactor.New(proactor.Options{Backend: proactor.Named("uring"), WaitMode: proactor.WaitLocked})
			}
			conformance.Run(t, suite)
		})
	}
}

// lockable is the backend that can wait with a locked thread. If it does not work,
// the test is skipped for the reason that TestBackendsWork reports.
func lockable(t *testing.T) string {
	if !slices.Contains(proactor.Backends(), "uring") {
		t.Skip("io_uring_setup: not a call of this system")
	}
	if err := refusals()["uring"]; err != nil {
		t.Skip(err)
	}
	return "uring"
}

// suiteOf says how to run the suite on a backend.
func suiteOf(name, network string) conformance.Config {
	if name == "sim" {
		return suiteOfSim(network, 0, sim.Faults{}, sim.ClockVirtual)
	}
	return conformance.Config{
		Network: network,
		New: func() (*proactor.Dispatcher, error) {
			return proactor.New(proactor.Options{Backend: proactor.Named(name)})
		},
		Raise:   raise,
		Exhaust: exhaustDescriptors,
	}
}

// TestBackends tests the seam below the dispatcher.
func TestBackends(t *testing.T) {
	for _, name := range workingBackends() {
		t.Run(name, func(t *testing.T) {
			conformance.RunBackend(t, func() (backend.Backend, error) { return proactor.OpenBackend(name) })
		})
	}
}
