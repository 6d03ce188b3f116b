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
)

// patience is how long a test waits for what must come, before it says that it
// does not. Nothing is measured by it.
const patience = 20 * time.Second

// eager is a demultiplexer that tells, whenever it is asked, that everything has
// become possible on the descriptor it was given last.
type eager struct {
	mu    sync.Mutex
	last  Token
	errno unix.Errno // of Add

	removed int
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
	e[0] = Edge{d.last, Readable | Writable}
	return 1
}

func (d *eager) Sleep(time.Duration) { runtime.Gosched() }
func (d *eager) Wake()               {}
func (d *eager) Close() error        { return nil }

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

// nowhere is an address at which nobody listens.
func nowhere(t *testing.T, b *Backend) string {
	t.Helper()
	l, err := b.Listen("tcp", "127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.LocalAddr().String()
}

// beside calls f again and again on a goroutine of its own, until stop is called.
func beside(f func()) (stop func()) {
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

// known counts the handles that b knows.
func known(b *Backend) (open, places, dialing int) {
	b.handles.Each(func(*handle) { open++ })
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range b.table.rows {
		if r.h != nil {
			places++
		}
	}
	return open, places, len(b.connects)
}

// Whatever ends a connect while it is being started, an edge or a cancel, its
// handle is forgotten, and no other one is.
func TestConnectEndsAtOnce(t *testing.T) {
	for name, meanwhile := range map[string]func(*Backend){
		"refused":  func(*Backend) {},
		"canceled": (*Backend).CancelAll,
	} {
		t.Run(name, func(t *testing.T) {
			b, _ := newEager(t)
			address := nowhere(t, b)
			r, w, err := b.Pipe() // in the first places
			if err != nil {
				t.Fatal(err)
			}
			completed := make(chan *backend.Op, 1)
			defer beside(func() {
				if op := b.Wait(0); op != nil {
					completed <- op
				}
			})()
			stop := beside(func() { meanwhile(b) })
			for range 3000 {
				op := newConnect(address)
				b.Start(op)
				select {
				case got := <-completed:
					if got != op || op.Err == nil {
						t.Fatal("connected to nobody")
					}
				case <-time.After(patience):
					t.Fatal("a connect does not complete")
				}
			}
			stop()
			if open, places, dialing := known(b); open != 2 || places != 2 || dialing != 0 {
				t.Errorf("%d handles, in %d places, and %d connects are left; 2, 2, 0 are right", open, places, dialing)
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

// A connect whose socket cannot be watched says why.
func TestConnectUnwatched(t *testing.T) {
	b, d := newEager(t)
	address := nowhere(t, b)
	d.errno = unix.ENOSPC
	op := newConnect(address)
	b.Start(op)
	if got := b.Wait(0); got != op || !errors.Is(op.Err, unix.ENOSPC) {
		t.Error(got, op.Err)
	}
	if open, places, dialing := known(b); open+places+dialing != 0 {
		t.Errorf("%d handles, in %d places, and %d connects are left", open, places, dialing)
	}
}

// Close ends a connect that is in progress.
func TestConnectBesideClose(t *testing.T) {
	b, _ := newEager(t)
	op := newConnect(nowhere(t, b))
	b.Start(op)
	b.Close()
	if got := b.Wait(0); got != op || op.Err != backend.ErrBackendClosed {
		t.Error(got, op.Err)
	}
}
