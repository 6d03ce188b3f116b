package proactor

import (
	"fmt"
	"log/slog"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/sim"
)

// BackendVariable is the environment variable that names the backend if
// Options.Backend is empty.
const BackendVariable = "ACTUM_BACKEND"

// Options are the options of a dispatcher. The zero value is the documented default.
type Options struct {
	// Backend names the backend: "uring" (Linux), "epoll" (Linux), "goroutine" (every
	// system), "iocp" (Windows), "kqueue" (macOS and the BSDs) or "sim". "auto" takes
	// the first of these, in this order, that works on this system, but never one of the
	// last three, which are used only if they are named. If Backend is empty, the
	// environment variable ACTUM_BACKEND names the backend; if that is empty too, the
	// default is "auto".
	Backend string
	// Pool says how many goroutines dispatch: the zero value is one.
	Pool Pool
	// WaitMode says how the dispatcher waits for completions. The zero value is
	// WaitParked; docs/adr/0010 has figures that say when WaitLocked is better.
	WaitMode WaitMode
	// RingEntries is the size of uring's submission queue; 0 means 256.
	RingEntries int
	// Without names features that the backend must not use, of those that
	// [ProbeBackends] lists: to measure the effect of one, or to avoid a bug of a
	// kernel. A backend without features is still a candidate, except that naming such
	// a backend in Backend is an error.
	Without []string
	// Sim is the simulated network of the backend "sim"; nil is a network without
	// faults, for this dispatcher alone. With another backend it must be nil.
	Sim *SimOptions
	// Record configures the causal record of operations, which is kept by default.
	Record RecordOptions
	// Diagnostics look for mistakes. None by default.
	Diagnostics Diagnostics
	// Replay writes a journal of this run, or replays one. Neither by default.
	Replay ReplayOptions
	// Logger logs which backend was taken and why others were refused, pauses of
	// multishot accepts, and what Diagnostics find. Nil: nothing is logged. A goroutine
	// that does nothing else calls it, with one record at a time, in order; so it may
	// block, and may close the dispatcher. Up to 1024 records wait for it; further ones
	// are dropped, and a record reports their number. New and Close return when all
	// earlier records have been handled, unless the Logger itself calls Close, or makes
	// no progress for a second.
	Logger *slog.Logger
}

// SocketOptions are applied to a socket before it is bound or connected. The zero
// value leaves everything to the system.
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

// backendOptions is the part of o that a backend needs.
func backendOptions(o *Options) backend.Options {
	return backend.Options{Entries: o.RingEntries, Locked: o.WaitMode == WaitLocked, Without: o.Without, Sim: o.Sim, Logger: o.Logger}
}

// SimOptions choose the simulated network of a dispatcher whose backend is "sim".
// Either Network is a network that several dispatchers share, or Seed, Faults and
// Clock describe one for this dispatcher alone. The zero value is a network without
// faults.
type SimOptions = sim.Options

// SimNetwork is a network in memory, with virtual time. If one goroutine drives
// everything, the seed decides everything that happens, and the same seed gives the
// same run. The simplest arrangement is one dispatcher that hosts both peers.
//
// Nothing sleeps: a dispatcher with nothing to do moves the clock to the next event,
// however far away that is. So a timer of an hour can watch for a run that is stuck,
// and costs nothing.
//
// Step and Advance drive several dispatchers from one goroutine. String names the
// seed and the faults, Trace returns the last events, Counts the number of times
// that each fault happened, Digest a number that tells two runs apart.
type SimNetwork = sim.Network

// SimFaults are the faults of a SimNetwork, as probabilities between 0 and 1 for
// each occasion. None of them breaks a promise of this package.
type SimFaults = sim.Faults

// SimClock says how a SimNetwork's time advances.
type SimClock = sim.Clock

// With SimClockVirtual, time jumps to the next event when every dispatcher of the
// network waits. That would outrun tests with goroutines of their own: such tests
// move the clock by hand (SimClockManual), or use the system's (SimClockSystem),
// which is virtual again inside a bubble of testing/synctest.
const (
	SimClockVirtual = sim.ClockVirtual
	SimClockManual  = sim.ClockManual
	SimClockSystem  = sim.ClockSystem
)

// NewSimNetwork makes a network on which seed decides which faults happen. New
// reports mistakes in f.
func NewSimNetwork(seed uint64, f SimFaults) *SimNetwork { return sim.NewNetwork(seed, f) }

// SimMild returns faults that no connection fails of: reads and writes are short,
// delayed and reordered, but nothing is lost.
func SimMild() SimFaults { return sim.Mild() }

// SimRough returns SimMild with connections that are refused, aborted and reset, and
// datagrams that are lost or arrive twice.
func SimRough() SimFaults { return sim.Rough() }

// simCandidate is the backend "sim", which is used only if it is named.
var simCandidate = candidate{name: "sim", explicit: true, open: openSim}

// openSim expects nil or a *SimOptions in o.Sim.
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
