package proactor_test

import (
	"fmt"
	"testing"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/internal/conformance"
)

// TestConformanceUnderFaults runs the suite on networks that are late and out of
// order. Faults that change a result which the suite asks for are left out.
func TestConformanceUnderFaults(t *testing.T) {
	faults := proactor.SimFaults{Delay: 0.2, Stall: 0.2, Reorder: 0.2, DelayDial: 0.2, DelayAccept: 0.2}
	for seed := range uint64(5) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			conformSim(t, proactor.SimOptions{Seed: seed, Faults: faults})
		})
	}
}

// TestConformanceOnTheSystemClock runs the suite on a simulated network in real
// time.
func TestConformanceOnTheSystemClock(t *testing.T) {
	conformSim(t, proactor.SimOptions{Clock: proactor.SimClockSystem})
}

func conformSim(t *testing.T, o proactor.SimOptions) {
	conformance.Run(t, conformance.Config{
		Network: "unix",
		New: func() (*proactor.Dispatcher, error) {
			return proactor.New(proactor.Options{Backend: "sim", Sim: &o})
		},
	})
}
