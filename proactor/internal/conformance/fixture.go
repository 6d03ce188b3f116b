package conformance

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor"
)

// stuckAfter is the time after which a test is considered stuck. Only a failing
// test waits for it.
const stuckAfter = 30 * time.Second

// fixture is a dispatcher and the calls made on it. When the test ends it closes
// the dispatcher and checks that each call has completed exactly once for each
// start.
type fixture struct {
	t       *testing.T
	d       *proactor.Dispatcher
	network string
	calls   []*call
	folder  string // for files; removed after the dispatcher is closed
	files   int    // number of names given out in it
	raise   func(os.Signal) error
	exhaust func(*testing.T) (restore func())
	exit    func(pid, code int) // makes a simulated process exit; nil: processes are the system's
	sleep   func(time.Duration)
	another func() (*proactor.Dispatcher, error) // makes another dispatcher of the same kind
	beside  func() (*proactor.Dispatcher, error) // makes a dispatcher to which handles can be handed
	locked  bool                                 // a thread of the dispatcher's own calls handlers
	virtual bool                                 // time passes only while all dispatchers wait, and in sleep
}

func newFixture(t *testing.T, c Config) *fixture {
	t.TempDir() // made first, so that it is removed after its files are closed, which Windows requires
	d, err := c.New()
	if err != nil {
		t.Fatal(err)
	}
	r := &fixture{t: t, d: d, network: c.Network, folder: TempDir(t), raise: c.Raise, exhaust: c.Exhaust, sleep: c.Sleep, another: c.New, locked: c.Locked, exit: c.Exit}
	if r.virtual = r.sleep != nil; !r.virtual {
		r.sleep = time.Sleep
	}
	if r.beside = c.Beside; r.beside == nil {
		r.beside = c.New
	}
	t.Cleanup(r.finish)
	return r
}

// finish closes the dispatcher and checks that all calls have completed.
func (r *fixture) finish() {
	if err := r.d.Close(); err != nil {
		r.t.Errorf("Close: %v", err)
	}
	for i, c := range r.calls {
		if c.started != c.done {
			r.t.Errorf("call %d (%v): started %d times, completed %d times", i, c.op.Kind(), c.started, c.done)
		}
		if c.op.Outstanding() {
			r.t.Errorf("call %d (%v): still outstanding", i, c.op.Kind())
		}
	}
}

// call is an operation that counts its completions and keeps the last result.
// Unless a test says otherwise, only the dispatching goroutine uses it.
type call struct {
	op            proactor.Operation
	started, done int
	n             int
	err           error
	stream        *proactor.Handle
	then          func() // called by the handler
}

// HandleCompletion implements proactor.Handler.
func (c *call) HandleCompletion(op *proactor.Operation) {
	c.done++
	c.n, c.err, c.stream = op.N(), op.Err(), op.Handle()
	if c.then != nil {
		c.then()
	}
}

// call makes a call.
func (r *fixture) call(then func()) *call {
	c := &call{then: then}
	c.op.Handler = c
	r.calls = append(r.calls, c)
	return c
}

// start counts a start of the operation and returns it.
func (c *call) start() *proactor.Operation {
	c.started++
	return &c.op
}

// idle reports whether every start has completed.
func (c *call) idle() bool { return c.started == c.done }

// until dispatches until cond holds.
func (r *fixture) until(what string, cond func() bool) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), stuckAfter)
	defer cancel()
	for !cond() {
		if _, err := r.d.RunOne(ctx); err != nil {
			r.t.Fatalf("waiting for %s: %v", what, err)
		}
	}
}

// wait dispatches until c has completed.
func (r *fixture) wait(c *call) {
	r.t.Helper()
	r.until(c.op.Kind().String(), c.idle)
}

// ok dispatches until c has completed, without an error.
func (r *fixture) ok(c *call) {
	r.t.Helper()
	r.wait(c)
	if c.err != nil {
		r.t.Fatalf("%v: %v", c.op.Kind(), c.err)
	}
}

// listen makes a listener on a fresh address.
func (r *fixture) listen() *proactor.Handle {
	r.t.Helper()
	ln, err := r.d.Listen(r.network, r.address(), nil)
	if err != nil {
		r.t.Fatal(err)
	}
	return ln
}

// connect starts a connect to ln.
func (r *fixture) connect(c *call, ln *proactor.Handle) {
	r.d.Connect(c.start(), r.network, ln.LocalAddr().String(), nil)
}

// pair makes the two ends of a stream.
func (r *fixture) pair() (a, b *proactor.Handle) {
	r.t.Helper()
	ln := r.listen()
	accept, connect := r.call(nil), r.call(nil)
	ln.Accept(accept.start())
	r.connect(connect, ln)
	r.ok(accept)
	r.ok(connect)
	ln.Close()
	return connect.stream, accept.stream
}

// write writes all of b to h, with as many operations as it takes.
func (r *fixture) write(h *proactor.Handle, b []byte) {
	r.t.Helper()
	c := r.call(nil)
	for len(b) > 0 {
		h.Write(c.start(), b)
		r.ok(c)
		b = b[c.n:]
	}
}

// read reads until b is full.
func (r *fixture) read(h *proactor.Handle, b []byte) {
	r.t.Helper()
	c := r.call(nil)
	for len(b) > 0 {
		h.Read(c.start(), b)
		r.ok(c)
		b = b[c.n:]
	}
}

// fill writes to h, whose peer does not read, until a write waits. It returns that
// write and the number of bytes written before it.
func (r *fixture) fill(h *proactor.Handle) (waiting *call, written int) {
	r.t.Helper()
	block := make([]byte, 256<<10)
	for {
		n, err := h.TryWrite(block)
		written += n
		if err == proactor.ErrWouldBlock {
			break
		}
		if err != nil {
			r.t.Fatal(err)
		}
	}
	waiting = r.call(nil)
	h.Write(waiting.start(), block)
	if written > 0 {
		return waiting, written
	}
	for r.poll(); waiting.idle(); r.poll() { // TryWrite never writes on backends where it might wait
		written += waiting.n
		h.Write(waiting.start(), block)
	}
	return waiting, written
}

// block keeps the writes of h waiting, whose peer does not read: before them is one
// of more bytes than any system buffers. After fill, room may still appear.
func (r *fixture) block(h *proactor.Handle) {
	r.t.Helper()
	h.WriteAll(r.call(nil).start(), make([]byte, 64<<20))
}

// poll dispatches what has completed.
func (r *fixture) poll() {
	r.t.Helper()
	if _, err := r.d.Poll(); err != nil {
		r.t.Fatal(err)
	}
}

// pattern returns n bytes that show their position. The caller must not change
// them.
func pattern(n int) []byte {
	if n > len(longPattern()) {
		panic(fmt.Sprintf("a pattern of %d bytes is asked for", n))
	}
	return longPattern()[:n:n]
}

// longPattern is computed once, because the race detector makes the loop slow.
var longPattern = sync.OnceValue(func() []byte {
	b := make([]byte, maxPattern)
	for i := range b {
		b[i] = byte(i ^ i>>8 ^ i>>16)
	}
	return b
})

const maxPattern = 32 << 20
