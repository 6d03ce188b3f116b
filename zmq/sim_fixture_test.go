package zmq

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/actum-go/actum/internal/tuning"
	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/sim"
	"github.com/actum-go/actum/zmq/internal/endpoint"
	"github.com/actum-go/actum/zmq/internal/pipe"
)

// simulation is one run: a network, the dispatcher and the context on it, and the
// random numbers. They alone decide what a scenario does, and nothing in a run
// may use real time.
type simulation struct {
	seed    uint64
	rng     *rand.Rand
	network *sim.Network
	d       *proactor.Dispatcher
	ctx     *Context
	scheme  string // of the endpoints
	largest int    // frame, in bytes: a small network need not carry large ones

	stuck  proactor.Operation
	pace   proactor.Operation
	rounds int
	digest uint64

	restarts int // sockets that were closed and opened again

	sent, received, dropped int // messages, for the totals
}

// failure is the value that a run panics with.
type failure string

const (
	// stuckAfter is the virtual time, and maxRounds the number of turns, after
	// which a run makes no progress.
	stuckAfter = 10 * time.Hour
	maxRounds  = 1 << 20
	// calmDown is the virtual time in which everything settles once nothing goes
	// wrong any more: all delays, and several waits between two connects.
	calmDown = 10 * time.Second
)

func newSimulation(seed uint64) *simulation {
	w := &simulation{seed: seed, scheme: endpoint.TCP, rng: rand.New(rand.NewPCG(seed, 1))}
	w.network = sim.NewNetwork(seed, w.faults())
	var err error
	w.d, err = proactor.New(proactor.Options{Backend: w.network})
	w.check(err)
	w.ctx = newContextOn(w.d, ContextOptions{tuning: tuning.Options{
		NoSpeculativeWrite: w.oneIn(8), NoGatherWrite: w.oneIn(8), NoReadCoalescing: w.oneIn(8),
	}})
	w.ctx.jitter = func(below time.Duration) time.Duration { return time.Duration(w.rng.Int64N(int64(below))) }
	w.stuck.Handler = proactor.HandlerFunc(func(op *proactor.Operation) {
		if op.Err() == nil {
			w.fail("stuck: %v of virtual time have passed", stuckAfter)
		}
	})
	w.d.StartTimer(&w.stuck, stuckAfter)
	w.pace.Handler = proactor.HandlerFunc(func(*proactor.Operation) {})
	return w
}

// faults draws the faults of the network: one in four delivers everything, one in
// two breaks connections now and then.
func (w *simulation) faults() sim.Faults {
	var f sim.Faults
	switch w.rng.IntN(4) {
	case 0:
	case 1:
		f = sim.Mild()
	default:
		f = sim.Rough()
		f.Reset = pick(w, 0.001, 0.005, 0.02)
	}
	f.Buffer = pick(w, 60, 500, 4<<10, 64<<10)
	f.MaxDelay = pick(w, 100*time.Microsecond, 10*time.Millisecond, 300*time.Millisecond)
	if f.Buffer < 4<<10 {
		f.MaxDelay = min(f.MaxDelay, 10*time.Millisecond) // or a message takes minutes
	}
	w.largest = min(70<<10, 50*f.Buffer)
	return f
}

// options draws a socket's options.
func (w *simulation) options() Options {
	return Options{
		SendHWM:              pick(w, 1, 2, 3, 3, 10, 0),
		RecvHWM:              pick(w, 1, 2, 3, 3, 10, 0),
		SendHWMBytes:         pick(w, 0, 0, 0, 100, 10_000),
		RecvHWMBytes:         pick(w, 0, 0, 0, 100, 10_000),
		ReconnectInterval:    pick(w, 20*time.Millisecond, 100*time.Millisecond),
		ReconnectIntervalMax: pick(w, 0, time.Second),
		ConnectTimeout:       pick(w, 0, 0, 200*time.Millisecond),
		Immediate:            w.oneIn(3),
	}
}

func pick[T any](w *simulation, from ...T) T { return from[w.rng.IntN(len(from))] }

func (w *simulation) oneIn(n int) bool { return w.rng.IntN(n) == 0 }

func (w *simulation) fail(format string, args ...any) {
	panic(failure(fmt.Sprintf("seed %d: ", w.seed) + fmt.Sprintf(format, args...)))
}

func (w *simulation) check(err error) {
	if err != nil {
		w.fail("%v", err)
	}
}

func (w *simulation) socket(t Type, o Options) *Socket {
	s, err := w.ctx.NewSocket(t, o)
	w.check(err)
	return s
}

// join binds some sockets and connects all the others to them, in any order.
func (w *simulation) join(binders, connectors []*Socket) {
	var todo []func()
	for i, b := range binders {
		endpoint := fmt.Sprintf("%s://127.0.0.1:%d", w.scheme, 7001+i)
		todo = append(todo, func() { w.check(b.Bind(endpoint)) })
		for _, c := range connectors {
			todo = append(todo, func() { w.check(c.Connect(endpoint)) })
		}
	}
	w.rng.Shuffle(len(todo), func(i, j int) { todo[i], todo[j] = todo[j], todo[i] })
	for _, do := range todo {
		do()
		if w.oneIn(3) {
			w.turn()
		}
	}
}

// again closes a socket and opens one like it at the same endpoints, as a process
// that is restarted does.
func (w *simulation) again(s *Socket, linger time.Duration) *Socket {
	return w.againWith(s, linger, s.Options())
}

// againWith is again with other options.
func (w *simulation) againWith(s *Socket, linger time.Duration, o Options) *Socket {
	var bound, connected []string
	for _, b := range s.bound {
		bound = append(bound, b.actual.String())
	}
	for _, c := range s.connected {
		connected = append(connected, c.to.String())
	}
	w.close(s, linger)
	fresh := w.socket(s.typ, o)
	for _, e := range bound {
		w.check(fresh.Bind(e))
	}
	for _, e := range connected {
		w.check(fresh.Connect(e))
	}
	w.restarts++
	return fresh
}

// marks checks that the pipes to the peers that connected to s hold no more than
// the high-water marks.
func (w *simulation) marks(s *Socket) {
	limit := s.options().SendLimits
	if s.Type() == REP { // as much again may be being written
		limit = limit.Join(limit)
	}
	for _, p := range s.accepted.Peers() {
		w.mark(s, p, limit)
	}
}

func (w *simulation) mark(s *Socket, p *pipe.Peer, limit pipe.Limits) {
	msgs, size := p.Out.Queued()
	if msgs > limit.Msgs || (limit.Bytes > 0 && size >= limit.Bytes+2*w.largestMessage()) {
		w.fail("%v holds %d messages of %d bytes for a peer: the high-water marks are %+v", s.Type(), msgs, size, limit)
	}
	if msgs < 0 || size < 0 || (msgs == 0 && size != 0) {
		w.fail("%v counts %d messages of %d bytes for a peer", s.Type(), msgs, size)
	}
}

// drops is the number of messages that a socket has dropped for a reason.
func drops(s *Socket, reason DropReason) int { return int(s.Stats().Dropped[reason]) }

// left is the number of messages that a socket has sent, or dropped because it
// could not send them.
func left(s *Socket) int {
	return int(s.Stats().Sent) + drops(s, DropPeerGone) + drops(s, DropHighWater)
}

// end checks that nothing is left after every socket is closed.
func (w *simulation) end() {
	if n := len(w.ctx.sockets); n > 0 {
		w.fail("%d sockets are not closed", n)
	}
	if n := w.network.Open(); n > 0 {
		w.fail("%d streams, listeners and connects are left when every socket is closed", n)
	}
	w.d.Cancel(&w.stuck)
	w.d.Cancel(&w.pace)
	for w.stuck.Outstanding() || w.pace.Outstanding() {
		w.wait()
	}
	w.digest = w.network.Digest()
	w.check(w.d.Close())
}
