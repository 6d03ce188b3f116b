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
	f := &fixture{t: t, d: d, network: c.Network, folder: TempDir(t), raise: c.Raise, exhaust: c.Exhaust, sleep: c.Sleep, another: c.New, locked: c.Locked, exit: c.Exit}
	if f.virtual = f.sleep != nil; !f.virtual {
		f.sleep = time.Sleep
	}
	if f.beside = c.Beside; f.beside == nil {
		f.beside = c.New
	}
	t.Cleanup(f.finish)
	return f
}

// finish closes the dispatcher and checks that all calls have completed.
func (f *fixture) finish() {
	if err := f.d.Close(); err != nil {
		f.t.Errorf("Close: %v", err)
	}
	for i, c := range f.calls {
		if c.started != c.done {
			f.t.Errorf("call %d (%v): started %d times, completed %d times", i, c.op.Kind(), c.started, c.done)
		}
		if c.op.Outstanding() {
			f.t.Errorf("call %d (%v): still outstanding", i, c.op.Kind())
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
func (f *fixture) call(then func()) *call {
	c := &call{then: then}
	c.op.Handler = c
	f.calls = append(f.calls, c)
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
func (f *fixture) until(what string, cond func() bool) {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), stuckAfter)
	defer cancel()
	for !cond() {
		if _, err := f.d.RunOne(ctx); err != nil {
			f.t.Fatalf("waiting for %s: %v", what, err)
		}
	}
}

// wait dispatches until c has completed.
func (f *fixture) wait(c *call) {
	f.t.Helper()
	f.until(c.op.Kind().String(), c.idle)
}

// ok dispatches until c has completed, without an error.
func (f *fixture) ok(c *call) {
	f.t.Helper()
	f.wait(c)
	if c.err != nil {
		f.t.Fatalf("%v: %v", c.op.Kind(), c.err)
	}
}

// listen makes a listener on a fresh address.
func (f *fixture) listen() *proactor.Handle {
	f.t.Helper()
	ln, err := f.d.Listen(f.network, f.address(), nil)
	if err != nil {
		f.t.Fatal(err)
	}
	return ln
}

// connect starts a connect to ln.
func (f *fixture) connect(c *call, ln *proactor.Handle) {
	f.d.Connect(c.start(), f.network, ln.LocalAddr().String(), nil)
}

// pair makes the two ends of a stream.
func (f *fixture) pair() (a, b *proactor.Handle) {
	f.t.Helper()
	ln := f.listen()
	accept, connect := f.call(nil), f.call(nil)
	ln.Accept(accept.start())
	f.connect(connect, ln)
	f.ok(accept)
	f.ok(connect)
	ln.Close()
	return connect.stream, accept.stream
}

// write writes all of b to h, with as many operations as it takes.
func (f *fixture) write(h *proactor.Handle, b []byte) {
	f.t.Helper()
	c := f.call(nil)
	for len(b) > 0 {
		h.Write(c.start(), b)
		f.ok(c)
		b = b[c.n:]
	}
}

// read reads until b is full.
func (f *fixture) read(h *proactor.Handle, b []byte) {
	f.t.Helper()
	c := f.call(nil)
	for len(b) > 0 {
		h.Read(c.start(), b)
		f.ok(c)
		b = b[c.n:]
	}
}

// fill writes to h, whose peer does not read, until a write waits. It returns that
// write and the number of bytes written before it.
func (f *fixture) fill(h *proactor.Handle) (waiting *call, written int) {
	f.t.Helper()
	block := make([]byte, 256<<10)
	for {
		n, err := h.TryWrite(block)
		written += n
		if err == proactor.ErrWouldBlock {
			break
		}
		if err != nil {
			f.t.Fatal(err)
		}
	}
	waiting = f.call(nil)
	h.Write(waiting.start(), block)
	if written > 0 {
		return waiting, written
	}
	for f.poll(); waiting.idle(); f.poll() { // TryWrite never writes on backends where it might wait
		written += waiting.n
		h.Write(waiting.start(), block)
	}
	return waiting, written
}

// block keeps the writes of h waiting, whose peer does not read: before them is one
// of more bytes than any system buffers. After fill, room may still appear.
func (f *fixture) block(h *proactor.Handle) {
	f.t.Helper()
	h.WriteAll(f.call(nil).start(), make([]byte, 64<<20))
}

// poll dispatches what has completed.
func (f *fixture) poll() {
	f.t.Helper()
	if _, err := f.d.Poll(); err != nil {
		f.t.Fatal(err)
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
