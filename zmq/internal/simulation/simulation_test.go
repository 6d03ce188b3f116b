package simulation

import (
	"flag"
	"fmt"
	"runtime/debug"
	"testing"

	"github.com/actum-go/actum/internal/leakcheck"
	"github.com/actum-go/actum/internal/racecheck"
	"github.com/actum-go/actum/zmq/internal/transport/xor"
)

func TestMain(m *testing.M) { leakcheck.Main(m) }

// The simulation runs whole sockets on a network in memory that cuts, delays,
// reorders and resets, as a seed says. One goroutine drives both peers, and time
// is virtual, so that a seed that fails fails again:
//
//	go test ./zmq/internal/simulation -run TestSimulation/pushpull -sim.seed=17
//
// The scenarios, and what must hold in each, are in the files named after them;
// fixture_test.go is what they share.
var (
	simSeed  = flag.Int64("sim.seed", -1, "run this seed of the simulation alone")
	simSeeds = flag.Int("sim.seeds", 0, "how many seeds of each scenario of the simulation to run; 0: 1000, fewer with -race and -short")
)

// replayEvery is how often a seed is run twice, to prove that it decides everything.
const replayEvery = 50

func TestSimulation(t *testing.T) {
	t.Run("pushpull", func(t *testing.T) { simulate(t, simPushPull, 1) })
	t.Run("reqrep", func(t *testing.T) { simulate(t, simReqRep, 1) })
	t.Run("pubsub", func(t *testing.T) { simulate(t, simPubSub, 1) })
	t.Run("pushpull over a layer", func(t *testing.T) { simulate(t, overLayer(simPushPull), 10) })
	t.Run("reqrep over a layer", func(t *testing.T) { simulate(t, overLayer(simReqRep), 10) })
	t.Run("pubsub over a layer", func(t *testing.T) { simulate(t, overLayer(simPubSub), 10) })
}

// overLayer is a scenario on streams that change the bytes and their number, after
// a handshake of their own.
func overLayer(scenario func(*simulation)) func(*simulation) {
	return func(w *simulation) {
		w.scheme = xor.Scheme
		scenario(w)
	}
}

// simulate runs a scenario with one seed after the other, until one fails. It runs
// one in oneIn of the seeds that the flags ask for.
func simulate(t *testing.T, scenario func(*simulation), oneIn int) {
	var all simTotals
	for _, seed := range seeds(oneIn) {
		w := run(t, scenario, seed)
		if !t.Failed() && seed%replayEvery == 0 {
			if again := run(t, scenario, seed); again.digest != w.digest {
				t.Errorf("seed %d: two runs differ: something depends on real time, on a map's order, or on a goroutine", seed)
			}
		}
		if t.Failed() {
			return
		}
		all.add(w)
	}
	t.Log(all)
}

// seeds returns one in oneIn of the seeds that the flags ask for.
func seeds(oneIn int) []uint64 {
	if *simSeed >= 0 {
		return []uint64{uint64(*simSeed)}
	}
	n := *simSeeds
	switch {
	case n > 0:
	case testing.Short():
		n = 50
	case racecheck.Enabled:
		n = 30
	default:
		n = 1000
	}
	list := make([]uint64, (n+oneIn-1)/oneIn)
	for i := range list {
		list[i] = uint64(i)
	}
	return list
}

// run runs a scenario once. A failure says how to see it again, and what
// happened last on the network.
func run(t *testing.T, scenario func(*simulation), seed uint64) *simulation {
	w := newSimulation(seed)
	defer func() {
		switch failed := recover().(type) {
		case nil:
		case failure:
			t.Errorf("seed %d: %s\n%v\n%s", seed, failed, w.Network, w.Network.Trace())
		default:
			t.Errorf("panic: %v\n%s\n%v\n%s", failed, debug.Stack(), w.Network, w.Network.Trace())
		}
		if t.Failed() {
			t.Errorf("again: go test ./zmq/internal/simulation -run '^%s$' -sim.seed=%d", t.Name(), seed)
		}
	}()
	scenario(w)
	w.end()
	return w
}

// simTotals sums up a scenario's runs, to show whether they test anything.
type simTotals struct {
	runs, sent, received, dropped int
	resets, refused, blocked      uint64
	virtual                       float64 // seconds
}

func (s *simTotals) add(w *simulation) {
	counts := w.Network.Counts()
	s.runs++
	s.sent += w.sent
	s.received += w.received
	s.dropped += w.dropped
	s.resets += counts["Reset"] + counts["AbortAccept"]
	s.refused += counts["Refuse"]
	s.blocked += counts["WouldBlock"]
	s.virtual += w.Network.Now().Seconds()
}

func (s simTotals) String() string {
	return fmt.Sprintf("%d seeds, %d messages sent, %d received, %d dropped and counted; %d resets, %d refused connects, %d spurious would-blocks; %.0f s of virtual time",
		s.runs, s.sent, s.received, s.dropped, s.resets, s.refused, s.blocked, s.virtual)
}
