//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package readiness

import (
	"errors"
	"runtime"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/skeleton"
)

// testTimeout is how long a test waits for an event before it fails. It measures
// nothing.
const testTimeout = 20 * time.Second

// eager is a demultiplexer whose every Poll reports that the descriptor that was added
// last is ready in both directions.
type eager struct {
	mu    sync.Mutex
	last  Token
	errno unix.Errno // of Add

	removed, polls, sleeps int

	quiet    bool   // Poll reports nothing
	onSleep  func() // called by Sleep, if it is not nil
	closeErr error
}

func (d *eager) Add(_ int, token Token) unix.Errno {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.last = token
	return d.errno
}

func (d *eager) Poll(e *Edges) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.polls++
	if d.quiet {
		return 0
	}
	e[0] = Edge{d.last, Readable | Writable}
	return 1
}

func (d *eager) Sleep(time.Duration) {
	if d.sleeps++; d.onSleep != nil {
		d.onSleep()
	}
	runtime.Gosched()
}

func (d *eager) Wake()        {}
func (d *eager) Close() error { return d.closeErr }

func (d *eager) Remove(int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.removed++
}

// newEager makes a backend on an eager demultiplexer.
func newEager(t *testing.T) (*Backend, *eager) {
	t.Helper()
	d := new(eager)
	b, err := New("eager", func(time.Time, func() bool) (Demultiplexer, error) { return d, nil })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b.(*Backend), d
}

// unusedAddress returns an address without a listener.
func unusedAddress(t *testing.T, b *Backend) string {
	t.Helper()
	l, err := b.Listen("tcp", "127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.LocalAddr().String()
}

// repeatMeanwhile calls f repeatedly on its own goroutine until stop is called.
func repeatMeanwhile(f func()) (stop func()) {
	ended, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-ended:
				return
			default:
				f()
				runtime.Gosched() // there may be one processor
			}
		}
	}()
	return func() {
		close(ended)
		<-done
	}
}

// known counts the handles in the registry, in the table, and that are connecting.
func known(b *Backend) (open, rows, connecting int) {
	b.Open.Each(func(*handle) { open++ })
	b.Mu.Lock()
	defer b.Mu.Unlock()
	for _, r := range b.table.rows {
		if r.h != nil {
			rows++
		}
	}
	return open, rows, len(b.Connects)
}

// A connect that ends while it is being started, by an edge or a cancel, removes its
// own handle and no other.
func TestConnectEndsAtOnce(t *testing.T) {
	for name, meanwhile := range map[string]func(*Backend){
		"refused":  func(*Backend) {},
		"canceled": (*Backend).CancelAll,
	} {
		t.Run(name, func(t *testing.T) {
			b, _ := newEager(t)
			address := unusedAddress(t, b)
			r, w, err := b.Pipe() // takes the first rows
			if err != nil {
				t.Fatal(err)
			}
			completed := make(chan *backend.Op, 1)
			defer repeatMeanwhile(func() {
				if op := b.Wait(0); op != nil {
					completed <- op
				}
			})()
			stop := repeatMeanwhile(func() { meanwhile(b) })
			for range 3000 {
				op := newConnect(address)
				b.Start(op)
				select {
				case got := <-completed:
					if got != op || op.Err == nil {
						t.Fatal("connected without a listener")
					}
				case <-time.After(testTimeout):
					t.Fatal("a connect does not complete")
				}
			}
			stop()
			if open, rows, connecting := known(b); open != 2 || rows != 2 || connecting != 0 {
				t.Errorf("%d handles, in %d rows, and %d connects are left; 2, 2, 0 are right", open, rows, connecting)
			}
			for _, h := range []backend.Handle{r, w} {
				if h := h.(*handle); b.table.find(h.token) != h {
					t.Error("a handle that was open all the time is not found any more")
				}
			}
		})
	}
}

func newConnect(address string) *backend.Op {
	return &backend.Op{Kind: backend.KindConnect, Args: &backend.ConnectArgs{Network: "tcp", Address: address}}
}

// A connect whose socket cannot be watched returns the demultiplexer's error.
func TestConnectUnwatched(t *testing.T) {
	b, d := newEager(t)
	address := unusedAddress(t, b)
	d.errno = unix.ENOSPC
	op := newConnect(address)
	b.Start(op)
	if got := b.Wait(0); got != op || !errors.Is(op.Err, unix.ENOSPC) {
		t.Error(got, op.Err)
	}
	if open, rows, connecting := known(b); open+rows+connecting != 0 {
		t.Errorf("%d handles, in %d rows, and %d connects are left", open, rows, connecting)
	}
}

// Close ends a connect that is in progress.
func TestConnectDuringClose(t *testing.T) {
	b, _ := newEager(t)
	op := newConnect(unusedAddress(t, b))
	b.Start(op)
	b.Close()
	if got := b.Wait(0); got != op || op.Err != backend.ErrBackendClosed {
		t.Error(got, op.Err)
	}
}

// A handle that cannot be watched is not made, and leaves nothing behind.
func TestUnwatched(t *testing.T) {
	b, d := newEager(t)
	other, _ := newEager(t)
	pipe, _, err := other.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	d.errno = unix.ENOSPC
	for name, try := range map[string]func() (backend.Handle, error){
		"Listen":       func() (backend.Handle, error) { return b.Listen("tcp", "127.0.0.1:0", nil) },
		"ListenPacket": func() (backend.Handle, error) { return b.ListenPacket("udp", "127.0.0.1:0", nil) },
		"Pipe":         func() (r backend.Handle, err error) { r, _, err = b.Pipe(); return r, err },
		"Take":         func() (backend.Handle, error) { return b.Take(pipe) },
	} {
		if h, err := try(); h != nil || !errors.Is(err, unix.ENOSPC) {
			t.Errorf("%s: %v, %v", name, h, err)
		}
	}
	if open, rows, connecting := known(b); open+rows+connecting != 0 {
		t.Errorf("%d handles, in %d rows, and %d connects are left", open, rows, connecting)
	}
}

// Operations that complete at once do not keep Wait from looking for edges, and do not
// make it look each time.
func TestPollDuringCompletions(t *testing.T) {
	b, d := newEager(t)
	for n := 1; n <= 4*skeleton.PollEvery; n++ {
		op := new(backend.Op)
		b.Complete(op, nil)
		if got := b.Wait(backend.NoDeadline); got != op {
			t.Fatalf("Wait returns %p, want %p", got, op)
		}
		if want := n / skeleton.PollEvery; d.polls != want {
			t.Fatalf("after %d completions there were %d polls, want %d", n, d.polls, want)
		}
	}
	if b.Wait(0) != nil || d.polls != 5 || d.sleeps != 0 {
		t.Errorf("with nothing to do there were %d polls, want one more, and %d sleeps", d.polls-4, d.sleeps)
	}
}

// A wake ends one Wait.
func TestWakeEndsOneWait(t *testing.T) {
	b, d := newEager(t)
	b.Wake()
	b.Wake()
	if !b.hasWork() {
		t.Error("a wake is no reason not to sleep")
	}
	if b.Wait(backend.NoDeadline) != nil || b.Woken.Load() || d.polls == 0 {
		t.Errorf("woken %v, after %d polls", b.Woken.Load(), d.polls)
	}
	if b.hasCompleted() {
		t.Error("there is a reason not to sleep")
	}
	op := new(backend.Op)
	b.Complete(op, nil)
	if !b.hasCompleted() || !b.hasWork() {
		t.Error("a completion is no reason not to sleep")
	}
	b.Wake()
	if b.Wait(backend.NoDeadline) != op || b.Woken.Load() {
		t.Error("a wake is left after a completion")
	}
	d.onSleep = b.Wake
	if b.Wait(backend.NoDeadline) != nil || b.Woken.Load() || d.sleeps != 1 {
		t.Errorf("a wake is left after %d sleeps", d.sleeps)
	}
}

// Close returns the demultiplexer's error, once.
func TestCloseFails(t *testing.T) {
	b, d := newEager(t)
	d.closeErr = unix.EIO
	if first, second := b.Close(), b.Close(); first != unix.EIO || second != nil {
		t.Errorf("%v, and the second time %v", first, second)
	}
}

// After Close nothing is made.
func TestMadeTooLate(t *testing.T) {
	b, _ := newEager(t)
	b.Close()
	if h, err := b.Listen("tcp", "127.0.0.1:0", nil); h != nil || err != backend.ErrBackendClosed {
		t.Errorf("Listen: %v, %v", h, err)
	}
	if r, _, err := b.Pipe(); r != nil || err != backend.ErrBackendClosed {
		t.Errorf("Pipe: %v, %v", r, err)
	}
	op := newConnect("127.0.0.1:9")
	b.Start(op)
	if got := b.Wait(0); got != op || op.Err == nil {
		t.Errorf("a connect: %v, %v", got, op.Err)
	}
}

// A connect that Close overtakes fails, and leaves nothing behind.
func TestConnectOvertakenByClose(t *testing.T) {
	b, d := newEager(t)
	other, _ := newEager(t)
	l, err := other.Listen("tcp", "127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	d.quiet = true
	op := newConnect(l.LocalAddr().String())
	b.Start(op)
	if op.Sys.Addr != nil {
		t.Error("a connect keeps its address in the system's form")
	}
	b.Open.CloseAll()
	d.quiet = false
	var got *backend.Op
	for got == nil {
		got = b.Wait(0)
	}
	if got != op || op.Err != backend.ErrBackendClosed || op.New != nil {
		t.Errorf("%v, %v", op.New, op.Err)
	}
	if open, rows, connecting := known(b); open+rows+connecting != 0 {
		t.Errorf("%d handles, in %d rows, and %d connects are left", open, rows, connecting)
	}
}

// A turn that has ended is not kept.
func TestTurnsAreForgotten(t *testing.T) {
	b, d := newEager(t)
	_, w, err := b.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	q := &b.transmitQueue
	q.add(turn{q: &w.(*handle).queues[backend.Out]})
	if !b.hasCompleted() {
		t.Error("a turn is no reason not to sleep")
	}
	op := new(backend.Op)
	b.Complete(op, nil)
	if polls := d.polls; b.Wait(backend.NoDeadline) != op || d.polls != polls+1 {
		t.Error("no edges are taken after a turn")
	}
	q.add(turn{q: &w.(*handle).queues[backend.Out]})
	if !b.runTransmits() || b.runTransmits() || q.waiting.Load() {
		t.Error("a turn does not run once")
	}
	for _, list := range [][]turn{q.now, q.next} {
		for _, left := range list[:cap(list)] {
			if left.q != nil {
				t.Error("a turn is kept")
			}
		}
	}
}
