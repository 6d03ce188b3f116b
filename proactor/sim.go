package proactor

import (
	"fmt"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/sim"
)

// SimOptions choose the simulated network of a dispatcher whose backend is
// "sim": Network, one that several dispatchers share, or else Seed, Faults and
// Clock of one for this dispatcher alone. The zero value is a network without
// faults.
type SimOptions = sim.Options

// SimNetwork is a network in memory, with virtual time: where one goroutine
// drives everything, its seed decides all that happens, and the same seed gives
// the same run. The simple arrangement is one dispatcher that hosts both peers.
//
// Nothing sleeps: a dispatcher with nothing to do moves the clock to what
// happens next, be it far away. So a timer of an hour is a watchdog for a run
// that is stuck, and costs nothing.
//
// Step and Advance drive several dispatchers from one goroutine. String names
// the seed and the faults, Trace returns the last events, Counts how often each
// fault happened, Digest a number to tell two runs apart.
type SimNetwork = sim.Network

// SimFaults are what goes wrong on a SimNetwork, as probabilities between 0 and
// 1 for each occasion. None of them breaks a promise of this package.
type SimFaults = sim.Faults

// SimClock says what makes a SimNetwork's time advance.
type SimClock = sim.Clock

// Virtual time jumps to the next event when every dispatcher of the network
// waits. Tests with goroutines of their own, which that would outrun, move the
// clock by hand, or take the system's (which is virtual again inside a bubble of
// testing/synctest).
const (
	SimClockVirtual = sim.ClockVirtual
	SimClockManual  = sim.ClockManual
	SimClockSystem  = sim.ClockSystem
)

// NewSimNetwork makes a network on which seed decides what goes wrong. What is
// wrong with f is reported by New.
func NewSimNetwork(seed uint64, f SimFaults) *SimNetwork { return sim.NewNetwork(seed, f) }

// SimMild returns faults under which every connection lives: reads and writes
// are short, delayed, reordered, but nothing is lost.
func SimMild() SimFaults { return sim.Mild() }

// SimRough returns SimMild with connections that are refused, aborted and reset,
// and datagrams that are lost or come twice.
func SimRough() SimFaults { return sim.Rough() }

// simCandidate is the backend "sim", which is never taken by itself.
var simCandidate = candidate{name: "sim", explicit: true, open: openSim}

// openSim expects a *SimOptions, or nothing, in o.Sim.
func openSim(o backend.Options) (backend.Backend, error) {
	var options SimOptions
	switch given := o.Sim.(type) {
	case nil:
	case *SimOptions:
		if given != nil {
			options = *given
		}
	default:
		return nil, fmt.Errorf("sim: options are a %T: want *SimOptions", given)
	}
	return sim.New(options)
}
