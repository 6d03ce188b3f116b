// Package sim is a network in memory, with virtual time and seeded faults. It takes
// the place of the kernel below a dispatcher:
//
//	n := sim.NewNetwork(seed, sim.Rough())
//	d, err := proactor.New(proactor.Options{Backend: n})
//
// Importing the package, if only for its effect, makes the name "sim" known to
// proactor.Named and to the environment variable ACTUM_BACKEND: it stands for a network
// without faults, of each dispatcher's own.
//
// # One goroutine, one seed
//
// A [Network] decides everything: when bytes arrive, which completion comes first,
// which connection breaks. It uses one random generator. Therefore, if one
// goroutine drives everything (dispatcher, initiators and both peers), the same
// seed gives the same run, event for event. The recommended arrangement is one
// dispatcher that hosts both peers:
//
//	d.StartTimer(&stuck, time.Hour)         // fails the test: see below
//	for !done {
//		d.RunOne(ctx)
//	}
//	if t.Failed() {
//		t.Logf("%v\n%s", n, n.Trace())  // seed, faults and the last events
//	}
//
// A test needs no wall-clock timeout to detect that a run is stuck: when nothing
// else can happen, virtual time jumps to the next timer, so a timer far in the
// future is a watchdog that costs nothing.
//
// # Time
//
// [Network.Now] is virtual. A Wait that has nothing to return jumps to the next
// event or to its deadline, whichever comes first. With several dispatchers on one
// network it jumps only when all of them are inside Wait. Nothing ever sleeps. In
// addition every call of Wait takes a microsecond of virtual time, so that timers
// expire and data arrives even in a loop that never waits.
//
// Tests with goroutines of their own need one of the other two clocks. Virtual time
// would outrun these goroutines: while they compute, the dispatcher has nothing to
// do, and a timeout of 30 seconds expires. [ClockManual] moves only in
// [Network.Step] and [Network.Advance]. [ClockSystem] is the system's clock. Inside
// a bubble of testing/synctest that clock is virtual too, and moves when every
// goroutine of the bubble is blocked. Nothing sleeps there either, and the faults
// are seeded, but the scheduler decides the order in which goroutines run, so that
// a seed need not replay a run exactly.
//
// One goroutine can also drive several dispatchers in turn:
//
//	for !done {
//		if a.Poll()+b.Poll() == 0 && !n.Step() {
//			n.Advance(time.Millisecond) // only timers are left
//		}
//	}
//
// # What it simulates
//
// A stream is a pair of pipes of bounded size. Writers wait while a pipe is full.
// The peer observes a close after the data sent before it. Closing a stream with
// data unread resets the connection, as TCP and Unix sockets do on Linux. A connect
// succeeds when there is a listener with room in its backlog, whether or not an
// accept is outstanding. Without faults everything is delivered at once and in
// order, and every operation moves as many bytes as it can.
//
// Files are in the network's memory, under any name. Writes take effect at once,
// and every operation on a file is carried out at once unless a fault delays it.
// Tests use [Network.WriteFile] and [Network.ReadFile] to prepare and inspect
// files.
//
// Faults are probabilities, decided anew at every occasion: see [Faults]. No fault
// breaks a promise of package proactor: every operation completes exactly once, and
// in order within one direction of one handle.
//
// # What it checks
//
// A TryRead or TryWrite beside an outstanding operation of the same direction is a
// data race on a real backend that seldom shows. Here it panics.
package sim
