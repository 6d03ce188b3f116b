package proactor

import (
	"fmt"
	"log/slog"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/sim"
)

// BackendVariable is the environment variable that names the backend where
// Options.Backend is empty.
const BackendVariable = "ACTUM_BACKEND"

// Options of a dispatcher. The zero value is the documented default.
type Options struct {
	// Backend names what carries the operations out: "uring" (Linux), "epoll"
	// (Linux), "goroutine" (anywhere), "iocp" (Windows), "kqueue" (macOS and the
	// BSDs) or "sim". "auto" takes the first of them, in that order, that works
	// here; but the last three have to be asked for. Empty is what the environment
	// variable ACTUM_BACKEND says, or else "auto".
	Backend string
	// Pool says how many goroutines dispatch: the zero value is one.
	Pool Pool
	// WaitMode says how the dispatcher waits for completions: parked, unless the
	// figures of docs/adr/0010 say that a locked thread suits the program better.
	WaitMode WaitMode
	// RingEntries is the size of uring's submission queue; 0 means 256.
	RingEntries int
	// Without names features that the backend is not to use, of those that
	// [ProbeBackends] lists: to measure what one is worth, or to get around a mistake
	// of a kernel's. A backend that has none does without anyway, and is taken where
	// the one that has them does not work; but if Backend names it, that is an error.
	Without []string
	// Sim is the simulated network of the backend "sim"; nil is one without
	// faults, for this dispatcher alone. With another backend it must be nil.
	Sim *SimOptions
	// Record is about the causal record of operations, which is kept by default.
	Record RecordOptions
	// Diagnostics look for mistakes. None by default.
	Diagnostics Diagnostics
	// Replay writes a journal of this run, or replays one. Neither by default.
	Replay ReplayOptions
	// Logger is told what backend was taken and why others were not, when accepts hold
	// back, and what Diagnostics find. Nil: silent. It is called by a goroutine that does
	// nothing else, one record at a time and in order, so that it may take its time, and
	// close the dispatcher. Up to 1024 records wait for it; those beyond that are
	// dropped, and a record says how many. New and Close return when it has handled what
	// was logged before, unless it is the Logger that calls Close, or makes no progress
	// for a second.
	Logger *slog.Logger
}

// SocketOptions are applied to a socket before it is bound or connected. The
// zero value leaves everything to the system.
type SocketOptions = backend.SocketOptions

// validate names the field that is wrong.
func (o *Options) validate() error {
	if o.RingEntries < 0 || o.RingEntries > 32768 {
		return fmt.Errorf("proactor: Options.RingEntries is %d: it must be 0 (the default) or 1 to 32768", o.RingEntries)
	}
	if err := o.Pool.validate(); err != nil {
		return err
	}
	if err := o.WaitMode.validate(o.Pool); err != nil {
		return err
	}
	if o.Sim != nil && o.Backend != "sim" {
		return fmt.Errorf("proactor: Options.Sim is set, but Options.Backend is %q: it is for \"sim\"", o.Backend)
	}
	if err := o.Diagnostics.validate(o); err != nil {
		return err
	}
	if err := o.Replay.validate(o); err != nil {
		return err
	}
	if o.Record.History < 0 || o.Record.History > maxHistory {
		return fmt.Errorf("proactor: Options.Record.History is %d: it must be 0 (the default) to %d", o.Record.History, maxHistory)
	}
	return nil
}

// backendOptions are what o means to a backend.
func backendOptions(o *Options) backend.Options {
	return backend.Options{Entries: o.RingEntries, Locked: o.WaitMode == WaitLocked, Without: o.Without, Sim: o.Sim, Logger: o.Logger}
}

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
