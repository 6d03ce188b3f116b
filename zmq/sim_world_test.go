package zmq

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/pipe"
)

// world is one run: a network, the dispatcher and the context on it, and the
// dice. Everything that a scenario decides it decides by the dice, and nothing
// in a run may ask for real time.
type world struct {
	seed    uint64
	dice    *rand.Rand
	network *proactor.SimNetwork
	d       *proactor.Dispatcher
	ctx     *Context
	largest int // frame, in bytes: a small network need not carry large ones

	stuck  proactor.Operation
	pace   proactor.Operation
	rounds int
	digest uint64

	restarts int // sockets that were closed and opened again

	sent, received, dropped int // messages, for the totals
}

// failure is what a run panics with.
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

func newWorld(seed uint64) *world {
	w := &world{seed: seed, dice: rand.New(rand.NewPCG(seed, 1))}
	w.network = proactor.NewSimNetwork(seed, w.faults())
	var err error
	w.d, err = proactor.New(proactor.Options{Backend: "sim", Sim: &proactor.SimOptions{Network: w.network}})
	w.check(err)
	w.ctx = newContextOn(w.d, ContextOptions{Tuning: Tuning{
		NoSpeculativeWrite: w.oneIn(8), NoGatherWrite: w.oneIn(8), NoReadCoalescing: w.oneIn(8),
	}})
	w.ctx.jitter = func(below time.Duration) time.Duration { return time.Duration(w.dice.Int64N(int64(below))) }
	w.stuck.Handler = proactor.HandlerFunc(func(op *proactor.Operation) {
		if op.Err() == nil {
			w.fail("stuck: %v of virtual time have passed", stuckAfter)
		}
	})
	w.d.StartTimer(&w.stuck, stuckAfter)
	w.pace.Handler = proactor.HandlerFunc(func(*proactor.Operation) {})
	return w
}

// faults rolls what the network is like: one in four delivers everything, one in
// two breaks connections now and then.
func (w *world) faults() proactor.SimFaults {
	var f proactor.SimFaults
	switch w.dice.IntN(4) {
	case 0:
	case 1:
		f = proactor.SimMild()
	default:
		f = proactor.SimRough()
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

// options rolls a socket's options.
func (w *world) options() Options {
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

func pick[T any](w *world, from ...T) T { return from[w.dice.IntN(len(from))] }

func (w *world) oneIn(n int) bool { return w.dice.IntN(n) == 0 }

func (w *world) fail(format string, args ...any) {
	panic(failure(fmt.Sprintf("seed %d: ", w.seed) + fmt.Sprintf(format, args...)))
}

func (w *world) check(err error) {
	if err != nil {
		w.fail("%v", err)
	}
}

func (w *world) socket(t Type, o Options) *Socket {
	s, err := w.ctx.NewSocket(t, o)
	w.check(err)
	return s
}

// join binds some sockets and connects all the others to them, in any order.
func (w *world) join(binders, connectors []*Socket) {
	var todo []func()
	for i, b := range binders {
		endpoint := fmt.Sprintf("tcp://127.0.0.1:%d", 7001+i)
		todo = append(todo, func() { w.check(b.Bind(endpoint)) })
		for _, c := range connectors {
			todo = append(todo, func() { w.check(c.Connect(endpoint)) })
		}
	}
	w.dice.Shuffle(len(todo), func(i, j int) { todo[i], todo[j] = todo[j], todo[i] })
	for _, do := range todo {
		do()
		if w.oneIn(3) {
			w.turn()
		}
	}
}

// again closes a socket and opens one like it, at the same endpoints: a process
// that is started again.
func (w *world) again(s *Socket, linger time.Duration) *Socket {
	var bound, connected []string
	for _, b := range s.bound {
		bound = append(bound, b.actual.String())
	}
	for _, c := range s.connected {
		connected = append(connected, c.to.String())
	}
	w.close(s, linger)
	fresh := w.socket(s.typ, s.opts)
	for _, e := range bound {
		w.check(fresh.Bind(e))
	}
	for _, e := range connected {
		w.check(fresh.Connect(e))
	}
	w.restarts++
	return fresh
}

// turn lets the dispatcher work: a little, or until something happens, but not
// for long: perhaps it is the scenario that everybody waits for.
func (w *world) turn() {
	if w.oneIn(3) {
		if !w.pace.Outstanding() {
			w.d.StartTimer(&w.pace, 10*time.Millisecond)
		}
		w.wait()
		return
	}
	for range 1 + w.dice.IntN(4) {
		_, err := w.d.Poll()
		w.check(err)
	}
}

// wait lets time pass until something happens.
func (w *world) wait() {
	if w.rounds++; w.rounds > maxRounds {
		w.fail("stuck: %d turns and not done", maxRounds)
	}
	_, err := w.d.RunOne(context.Background())
	w.check(err)
}

// until waits until done, for at most so much virtual time, and reports whether
// done was reached. step is called between any two turns.
func (w *world) until(limit time.Duration, done func() bool) bool {
	late := w.deadline(limit)
	defer late.cancel()
	for !done() {
		if late.passed {
			return false
		}
		w.wait()
	}
	return true
}

// settle is until that nothing but time ends.
func (w *world) settle(step func()) {
	w.until(calmDown, func() bool { step(); return false })
}

// calm ends the faults and lets everything settle.
func (w *world) calm(step func()) {
	w.network.Calm()
	w.settle(step)
}

// broken is how many connections may have been broken, with what was in them.
// A socket that is started again has several.
func (w *world) broken() int { return w.resets() + maxPeers*w.restarts }

// maxPeers is how many peers a socket has, at most.
const maxPeers = 3

// resets is how many connections have been broken by the network.
func (w *world) resets() int { return int(w.network.Counts()["Reset"]) }

// close closes a socket, which may take so long, and reports whether everything
// that was queued has been sent.
func (w *world) close(s *Socket, linger time.Duration) (sent bool) {
	late := w.deadline(linger)
	defer late.cancel()
	return s.Shutdown(late.ctx) == nil
}

// deadline passes when so much virtual time has; then its context ends.
type deadline struct {
	w      *world
	ctx    context.Context
	timer  proactor.Operation
	passed bool
}

func (w *world) deadline(after time.Duration) *deadline {
	ctx, end := context.WithCancel(context.Background())
	c := &deadline{w: w, ctx: ctx}
	c.timer.Handler = proactor.HandlerFunc(func(op *proactor.Operation) {
		c.passed = op.Err() == nil
		end()
	})
	w.d.StartTimer(&c.timer, after)
	return c
}

// cancel stops the timer and takes it back.
func (c *deadline) cancel() {
	c.w.d.Cancel(&c.timer)
	for c.timer.Outstanding() {
		c.w.wait()
	}
}

// marks checks that the pipes to those who connected to s hold no more than the
// high-water marks.
func (w *world) marks(s *Socket) {
	limit := limits(s.opts.SendHWM, s.opts.SendHWMBytes)
	for _, p := range s.accepted.Peers() {
		w.mark(s, p, limit)
	}
}

func (w *world) mark(s *Socket, p *pipe.Peer, limit pipe.Limits) {
	msgs, size := p.Out.Queued()
	if msgs > limit.Msgs || (limit.Bytes > 0 && size >= limit.Bytes+w.largestMessage()) {
		w.fail("%v holds %d messages of %d bytes for a peer: the high-water marks are %+v", s.Type(), msgs, size, limit)
	}
	if msgs < 0 || size < 0 || (msgs == 0 && size != 0) {
		w.fail("%v counts %d messages of %d bytes for a peer", s.Type(), msgs, size)
	}
}

// drops is how many messages a socket says that it has dropped for a reason.
func drops(s *Socket, reason DropReason) int { return int(s.Stats().Dropped[reason]) }

// left is how many messages a socket says that it has sent, or dropped because
// they could not be.
func left(s *Socket) int {
	return int(s.Stats().Sent) + drops(s, DropPeerGone) + drops(s, DropHighWater)
}

// end checks that nothing is left when every socket is closed.
func (w *world) end() {
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

// Messages. Each is a function of who sends it and of its number, so that a
// receiver can check every byte. Its first frame begins with a topic of two
// letters, the sender, and the number.
const headerSize = 2 + 1 + 4

const maxFrames = 4

func (w *world) largestMessage() int { return maxFrames * (w.largest + headerSize) }

// filler is what frames are cut from.
var filler = func() []byte {
	dice, b := rand.NewPCG(1, 1), []byte(nil)
	for len(b) < 256<<10 {
		b = binary.LittleEndian.AppendUint64(b, dice.Uint64())
	}
	return b
}()

// message makes one.
func (w *world) message(sender, number int) Msg {
	dice := rand.NewPCG(w.seed<<8|uint64(sender), uint64(number))
	roll := func(n int) int { return int(dice.Uint64() % uint64(n)) }
	frames := make([][]byte, 1)
	if roll(4) == 0 {
		frames = make([][]byte, 1+roll(maxFrames))
	}
	for i := range frames {
		at, size := roll(128<<10), w.frameSize(roll)
		frames[i] = filler[at : at+size]
	}
	header := make([]byte, 0, headerSize+len(frames[0]))
	header = append(header, byte('a'+roll(2)), byte('a'+roll(2)), byte(sender))
	header = binary.BigEndian.AppendUint32(header, uint32(number))
	frames[0] = append(header, frames[0]...)
	return NewMsg(frames...)
}

// frameSize rolls how large a frame is: mostly small, but every way of sending
// and receiving has its turn.
func (w *world) frameSize(roll func(int) int) int {
	size := 0
	switch roll(16) {
	default:
		size = roll(40)
	case 10, 11, 12:
		size = roll(300)
	case 13, 14:
		size = roll(6000)
	case 15:
		size = roll(70 << 10)
	}
	return min(size, w.largest)
}

// read says who has sent m, and its number. It fails if m is not what was sent.
func (w *world) read(m Msg) (sender, number int) {
	b := m.Bytes()
	if len(b) < headerSize {
		w.fail("received a message that nobody has sent: %q", m.Frames())
	}
	sender, number = int(b[2]), int(binary.BigEndian.Uint32(b[3:]))
	if want := w.message(sender, number); !m.Equal(&want) {
		w.fail("message %d of sender %d: received %d frames of %d bytes in all, sent %d of %d; or their contents differ",
			number, sender, m.Len(), m.Size(), want.Len(), want.Size())
	}
	return sender, number
}

// order is what one receiver has got from one sender.
type order struct {
	seen  map[int]bool
	tails []int // the last number of each run, descending
}

// add takes the next number, and returns in how many rising runs, at least, all
// numbers so far can be sorted apart: more than there were connections means
// that one connection has changed the order. It is false for one that was there
// before.
func (o *order) add(number int) (runs int, fresh bool) {
	if o.seen == nil {
		o.seen = map[int]bool{}
	}
	if o.seen[number] {
		return len(o.tails), false
	}
	o.seen[number] = true
	for i, tail := range o.tails {
		if tail < number {
			o.tails[i] = number
			return len(o.tails), true
		}
	}
	o.tails = append(o.tails, number)
	return len(o.tails), true
}
