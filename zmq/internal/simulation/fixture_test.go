package simulation

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/actum-go/actum/internal/tuning"
	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/sim"
	"github.com/actum-go/actum/zmq/internal/core"
	"github.com/actum-go/actum/zmq/internal/endpoint"
	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/pattern"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/session"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// simulation is a run with faults, and the random numbers that decide what happens
// in it. Nothing else does: a run may not use real time.
type simulation struct {
	*Run
	seed    uint64
	rng     *rand.Rand
	scheme  string // of the endpoints
	largest int    // frame, in bytes: a small network need not carry large ones

	stuck  proactor.Operation
	pace   proactor.Operation
	digest uint64

	restarts int // sockets that were closed and opened again

	sent, received, dropped int // messages, for the totals
}

const (
	// stuckAfter is the virtual time after which a run is taken to make no progress.
	stuckAfter = 10 * time.Hour
	// calmDown is the virtual time in which everything settles once nothing goes
	// wrong any more: all delays, and several waits between two connects.
	calmDown = 10 * time.Second
)

func newSimulation(seed uint64) *simulation {
	w := &simulation{seed: seed, scheme: endpoint.TCP, rng: rand.New(rand.NewPCG(seed, 1))}
	faults := w.faults()
	w.Run = New(seed, faults, core.Config{
		Tuning: tuning.Options{
			NoSpeculativeWrite: w.oneIn(8), NoGatherWrite: w.oneIn(8), NoReadCoalescing: w.oneIn(8),
		},
		Jitter: func(below time.Duration) time.Duration { return time.Duration(w.rng.Int64N(int64(below))) },
	})
	w.stuck.Handler = proactor.HandlerFunc(func(op *proactor.Operation) {
		if op.Err() == nil {
			w.Fail("stuck: %v of virtual time have passed", stuckAfter)
		}
	})
	w.Dispatcher.StartTimer(&w.stuck, stuckAfter)
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
func (w *simulation) options() option.Values {
	return option.Values{
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

// join binds some sockets and connects all the others to them, in any order.
func (w *simulation) join(binders, connectors []*core.Socket) {
	var todo []func()
	for i, b := range binders {
		endpoint := fmt.Sprintf("%s://127.0.0.1:%d", w.scheme, 7001+i)
		todo = append(todo, func() { w.Bind(b, endpoint) })
		for _, c := range connectors {
			todo = append(todo, func() { w.Check(c.Connect(endpoint)) })
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
func (w *simulation) again(s *core.Socket, linger time.Duration) *core.Socket {
	return w.againWith(s, linger, s.Options())
}

// againWith is again with other options.
func (w *simulation) againWith(s *core.Socket, linger time.Duration, o option.Values) *core.Socket {
	endpoints := s.Stats().Endpoints
	w.Close(s, linger)
	fresh := w.Socket(s.Type(), o)
	for _, e := range endpoints {
		if e.State == session.StateListening {
			w.Bind(fresh, e.Endpoint)
		} else {
			w.Check(fresh.Connect(e.Endpoint))
		}
	}
	w.restarts++
	return fresh
}

// marks checks that the pipes to the peers that connected to s hold no more than
// the high-water marks.
func (w *simulation) marks(s *core.Socket) {
	limit := s.Resolved().SendLimits
	if s.Type() == wire.REP { // as much again may be being written
		limit = limit.Join(limit)
	}
	for _, p := range s.Accepted() {
		w.mark(s, p, limit)
	}
}

func (w *simulation) mark(s *core.Socket, p *pipe.Peer, limit pipe.Limits) {
	msgs, size := p.Out.Queued()
	if msgs > limit.Msgs || (limit.Bytes > 0 && size >= limit.Bytes+2*w.largestMessage()) {
		w.Fail("%v holds %d messages of %d bytes for a peer: the high-water marks are %+v", s.Type(), msgs, size, limit)
	}
	if msgs < 0 || size < 0 || (msgs == 0 && size != 0) {
		w.Fail("%v counts %d messages of %d bytes for a peer", s.Type(), msgs, size)
	}
}

// drops is the number of messages that a socket has dropped for a reason.
func drops(s *core.Socket, reason pattern.DropReason) int { return int(s.Stats().Dropped[reason]) }

// left is the number of messages that a socket has sent, or dropped because it
// could not send them.
func left(s *core.Socket) int {
	return int(s.Stats().Sent.Msgs) + drops(s, pattern.DropPeerGone) + drops(s, pattern.DropHighWater)
}

// end checks that nothing is left after every socket is closed.
func (w *simulation) end() {
	if n := w.Context.Sockets(); n > 0 {
		w.Fail("%d sockets are not closed", n)
	}
	if n := w.Network.Open(); n > 0 {
		w.Fail("%d streams, listeners and connects are left when every socket is closed", n)
	}
	w.Dispatcher.Cancel(&w.stuck)
	w.Dispatcher.Cancel(&w.pace)
	for w.stuck.Outstanding() || w.pace.Outstanding() {
		w.Wait()
	}
	w.digest = w.Network.Digest()
	w.Check(w.Dispatcher.Close())
}

// turn runs the dispatcher: a little, or until something happens, but not for
// long, because everything may be waiting for the scenario.
func (w *simulation) turn() {
	if w.oneIn(3) {
		if !w.pace.Outstanding() {
			w.Dispatcher.StartTimer(&w.pace, 10*time.Millisecond)
		}
		w.Wait()
		return
	}
	for range 1 + w.rng.IntN(4) {
		_, err := w.Dispatcher.Poll()
		w.Check(err)
	}
}

// settle runs until everything is settled.
func (w *simulation) settle(step func()) {
	w.Until(calmDown, func() bool { step(); return false })
}

// calm ends the faults and lets everything settle.
func (w *simulation) calm(step func()) {
	w.Network.Calm()
	w.settle(step)
}

// broken bounds the number of connections that may have been broken with messages
// in them. A socket that is restarted has several.
func (w *simulation) broken() int { return w.resets() + maxPeers*w.restarts }

// maxPeers is the largest number of peers of a socket.
const maxPeers = 3

// resets is the number of connections that the network has broken.
func (w *simulation) resets() int { return int(w.Network.Counts()["Reset"]) }
