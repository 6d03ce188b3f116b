package sim

import (
	"flag"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/actum-go/actum/internal/racecheck"
	"github.com/actum-go/actum/proactor/internal/backend"
)

var (
	seeds = flag.Uint64("sim.seeds", someSeeds(), "how many seeds to try; fewer with -race")
	seed  = flag.Uint64("sim.seed", 0, "the first seed: a failing one is replayed with -sim.seed=N -sim.seeds=1")
)

// someSeeds returns the number of seeds that are tried by default. It is smaller
// with the race detector, which finds nothing in runs of one goroutine and makes
// them ten times as slow.
func someSeeds() uint64 {
	if racecheck.Enabled {
		return 200
	}
	return 2000
}

// eachSeed calls test with a fixture per seed, until one fails.
func eachSeed(t *testing.T, faults func(seed uint64) Faults, test func(f *fixture, rng *rand.Rand)) {
	for s := *seed; s < *seed+*seeds && !t.Failed(); s++ {
		f := attach(t, settings{Seed: s, Faults: faults(s)})
		test(f, rand.New(rand.NewPCG(s, 1)))
		if t.Failed() {
			t.Logf("%v, %v\n%s", f.Network(), f.Network().Counts(), f.Network().Trace())
		}
		f.attachment.Close()
	}
}

// transfer moves bytes in one direction, with every kind of read and write.
type transfer struct {
	r        *fixture
	rng      *rand.Rand
	from, to backend.Handle
	size     int
	sent     int
	received int
	bad      bool
	done     bool
	end      error // the last error of the reader or the writer
	w, rd    backend.Op
	buf      []byte
}

func pattern(i int) byte { return byte(i ^ i>>8) }

func (x *transfer) start() {
	x.w.Owner = func(op *backend.Op) { x.wrote(op.N, op.Err) }
	x.rd.Owner = func(op *backend.Op) { x.got(op.N, op.Err) }
	x.write()
	x.read()
}

// write starts the next write, or closes the stream after the last one.
func (x *transfer) write() {
	for x.sent < x.size {
		b := make([]byte, 1+x.rng.IntN(min(3000, x.size-x.sent)))
		for i := range b {
			b[i] = pattern(x.sent + i)
		}
		cut := x.rng.IntN(len(b) + 1)
		switch x.rng.IntN(3) {
		case 0:
			n, err := x.from.TryWriteV([][]byte{b[:cut], b[cut:]})
			if err != nil && err != backend.ErrWouldBlock {
				x.wrote(0, err)
				return
			}
			x.sent += n
			continue
		case 1:
			x.w.Kind, x.w.Buf = backend.KindWrite, b
		case 2:
			x.w.Kind, x.w.Vec = backend.KindWriteV, [][]byte{b[:cut], nil, b[cut:]}
		}
		x.w.Handle = x.from
		x.r.Start(&x.w)
		return
	}
	x.from.Close()
}

func (x *transfer) wrote(n int, err error) {
	if err != nil {
		x.from.Close()
		return
	}
	x.sent += n
	x.write()
}

func (x *transfer) read() {
	x.buf = make([]byte, 2+x.rng.IntN(2000))
	cut := x.rng.IntN(len(x.buf))
	switch x.rng.IntN(3) {
	case 0:
		if n, err := x.to.TryRead(x.buf); err != backend.ErrWouldBlock {
			x.got(n, err)
			return
		}
		fallthrough
	case 1:
		x.rd.Kind, x.rd.Buf = backend.KindRead, x.buf
	case 2:
		x.rd.Kind, x.rd.Vec = backend.KindReadV, [][]byte{x.buf[:cut], x.buf[cut:]}
	}
	x.rd.Handle = x.to
	x.r.Start(&x.rd)
}

func (x *transfer) got(n int, err error) {
	for i, b := range x.buf[:n] {
		if b != pattern(x.received+i) {
			x.bad = true
		}
	}
	x.received += n
	if err != nil {
		x.done, x.end = true, err
		x.to.Close()
		return
	}
	x.read()
}

func (x *transfer) check(lossless bool) {
	t := x.r.t
	switch {
	case x.bad:
		t.Errorf("wrong bytes among %d", x.received)
	case x.end == io.EOF && x.received != x.size, x.received > x.size:
		t.Errorf("received %d of %d before %v", x.received, x.size, x.end)
	case lossless && x.end != io.EOF:
		t.Errorf("received %d of %d, then %v", x.received, x.size, x.end)
	}
}

// run moves bytes over several connections at once.
func run(f *fixture, rng *rand.Rand) []*transfer {
	var all []*transfer
	for range 3 {
		x := &transfer{r: f, rng: rng, size: rng.IntN(10000)}
		x.from, x.to = f.pair()
		if rng.IntN(2) == 0 {
			x.from, x.to = x.to, x.from
		}
		all = append(all, x)
	}
	for _, x := range all {
		x.start()
	}
	f.until(func() bool { return all[0].done && all[1].done && all[2].done })
	return all
}

func TestStreamsStayWhole(t *testing.T) {
	gentle := func(uint64) Faults { return Mild() }
	eachSeed(t, gentle, func(f *fixture, rng *rand.Rand) {
		for _, x := range run(f, rng) {
			x.check(true)
		}
	})
}

func TestStreamsStayWholeUntilReset(t *testing.T) {
	resets := uint64(0)
	eachSeed(t, func(uint64) Faults { return Rough() }, func(f *fixture, rng *rand.Rand) {
		for _, x := range run(f, rng) {
			x.check(false)
		}
		resets += f.Network().Counts()["Reset"]
	})
	if resets == 0 {
		t.Error("nothing was ever reset")
	}
}

func TestSameSeedSameRun(t *testing.T) {
	digests := map[uint64]bool{}
	once := func(s uint64) *Network {
		f := attach(t, settings{Seed: s, Faults: Rough()})
		defer f.attachment.Close()
		run(f, rand.New(rand.NewPCG(7, 7)))
		return f.Network()
	}
	for s := *seed; s < *seed+*seeds; s++ {
		first, second := once(s), once(s)
		if first.Digest() != second.Digest() || s%100 == 0 && first.Trace() != second.Trace() {
			t.Fatalf("seed %d: two runs differ:\n%s\n%s", s, first.Trace(), second.Trace())
		}
		digests[first.Digest()] = true
	}
	if len(digests) < int(*seeds)*9/10 {
		t.Errorf("%d seeds gave %d different runs", *seeds, len(digests))
	}
}

// TestEveryOperationCompletesOnce starts, cancels and closes at random.
func TestEveryOperationCompletesOnce(t *testing.T) {
	eachSeed(t, func(uint64) Faults { f := Rough(); f.Buffer = 64; return f }, func(f *fixture, rng *rand.Rand) {
		c := &crowd{r: f, rng: rng, last: map[queueID]int{}}
		l := f.listen("unix", "/crowd", nil)
		for range 200 {
			c.act(l)
			if rng.IntN(3) == 0 {
				f.dispatch(0)
			}
		}
		f.attachment.Close()
		for f.dispatch(0) > 0 {
		}
		for i, n := range c.completions {
			if n != 1 {
				f.t.Errorf("operation %d (kind %d) completed %d times", i, c.ops[i].Kind, n)
			}
		}
	})
}

// crowd is the state of TestEveryOperationCompletesOnce.
type crowd struct {
	r           *fixture
	rng         *rand.Rand
	handles     []backend.Handle
	ops         []*backend.Op
	completions []int
	last        map[queueID]int // the last operation that completed without being cancelled
}

type queueID struct {
	h backend.Handle
	d backend.Direction
}

func (c *crowd) act(l backend.Handle) {
	any := func() backend.Handle {
		if len(c.handles) == 0 {
			return l // the wrong kind: fails
		}
		return c.handles[c.rng.IntN(len(c.handles))]
	}
	switch c.rng.IntN(12) {
	case 0:
		c.start(connectTo(l))
	case 1:
		c.start(&backend.Op{Kind: backend.KindAccept, Handle: l})
	case 2, 3, 4:
		c.start(read(any(), 1+c.rng.IntN(100)))
	case 5, 6, 7:
		c.start(write(any(), make([]byte, c.rng.IntN(100))))
	case 8, 9:
		if len(c.ops) > 0 {
			c.r.Cancel(c.ops[c.rng.IntN(len(c.ops))])
		}
	case 10:
		c.r.Network().Step()
	case 11:
		if h := any(); h != l && c.rng.IntN(4) == 0 {
			h.Close()
		}
	}
}

func (c *crowd) start(op *backend.Op) {
	id := len(c.ops)
	c.ops, c.completions = append(c.ops, op), append(c.completions, 0)
	op.Owner = func(op *backend.Op) {
		c.completions[id]++
		if op.New != nil {
			c.handles = append(c.handles, op.New)
		}
		if op.Handle == nil || op.Err == backend.ErrCanceled || op.Err == backend.ErrWrongHandle {
			return
		}
		at := queueID{op.Handle, op.Kind.Direction()}
		if c.last[at] > id {
			c.r.t.Errorf("operation %d completed after %d, of the same direction", id, c.last[at])
		}
		c.last[at] = id
	}
	c.r.Start(op)
}
