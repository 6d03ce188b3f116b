// Package sim is a network in memory, with virtual time and seeded faults: the
// twin of the backends that touch the kernel.
//
// # One goroutine, one seed
//
// Everything that happens is decided by a [Network]: which bytes arrive when,
// which completion comes first, which connection breaks. It draws from one
// generator, so when one goroutine drives everything (dispatcher, initiators and
// both peers), the same seed gives the same run, event for event. The simple
// and the recommended arrangement is one dispatcher that hosts both peers:
//
//	n := sim.NewNetwork(seed, sim.Rough())
//	b, err := sim.New(sim.Options{Network: n})
//	d := ...                                // a dispatcher on b
//	d.StartTimer(&stuck, time.Hour)         // fails the test: see below
//	for !done {
//		d.RunOne(ctx)
//	}
//	if t.Failed() {
//		t.Logf("%v\n%s", n, n.Trace())  // seed, faults and the last events
//	}
//
// A run that is stuck needs no timeout of the wall clock: when nothing else can
// happen, virtual time jumps to the next timer, so a timer far in the future is
// a watchdog that costs nothing.
//
// # Time
//
// [Backend.Now] is virtual. A Wait that finds nothing to hand back jumps to
// whatever comes first: something in flight, or its deadline. With several
// backends on one network it does so only when all of them are inside Wait.
// Nothing ever sleeps. In addition every call of Wait takes a microsecond of
// virtual time, so that a loop that never rests still sees its timers expire
// and its data arrive.
//
// Two other clocks are there for tests with goroutines of their own, which
// virtual time would outrun: while they think, the dispatcher has nothing to do,
// and a timeout of 30 seconds expires. [ClockManual] moves only in
// [Network.Step] and [Network.Advance]. [ClockSystem] is the system's; inside a
// bubble of testing/synctest that one is virtual too, and moves when every
// goroutine of the bubble is blocked. Nothing sleeps there either, the faults
// are seeded as ever, but the order in which goroutines run is the scheduler's,
// so that a seed need not replay a run exactly.
//
// Several dispatchers can also be driven by one goroutine, in turn:
//
//	for !done {
//		if a.Poll()+b.Poll() == 0 && !n.Step() {
//			n.Advance(time.Millisecond) // only timers are left
//		}
//	}
//
// # What it models
//
// Streams are pairs of pipes of bounded size: a full pipe makes writers wait, a
// close is seen by the peer behind the data sent before it, and closing with
// data unread resets the connection, as tcp and unix sockets do on Linux. A
// connect succeeds when there is a listener with room in its backlog, whether
// or not anybody accepts. Without faults everything is delivered at once, in
// order, and every operation moves as much as it can.
//
// Files are in the network's memory, under whatever name; what is written is
// there at once, and every operation on them is carried out at once where no
// fault delays it. [Network.WriteFile] and [Network.ReadFile] are for tests that
// bring files along, or look at them.
//
// Faults are probabilities, each decided anew at every occasion: see [Faults].
// None of them breaks a promise of package backend: every operation completes
// exactly once, and in order within one direction of one handle.
//
// # What it checks
//
// TryRead or TryWrite beside an outstanding operation of the same direction is
// a data race on a real backend that seldom shows. Here it panics.
package sim
