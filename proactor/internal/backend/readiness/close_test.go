//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package readiness

import (
	"runtime"
	"strings"
	"testing"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// While a Close of a handle is completing the handle's operations, a second Close waits
// for it, whether that is Handle.Close or Backend.Close.
func TestSecondCloserWaits(t *testing.T) {
	closers := map[string]func(*Backend, *handle) error{
		"(*handle).Close":  func(_ *Backend, h *handle) error { return h.Close() },
		"(*Backend).Close": func(b *Backend, _ *handle) error { return b.Close() },
	}
	for name, second := range closers {
		t.Run(name, func(t *testing.T) {
			b, _ := newEager(t)
			r, w, err := b.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer w.Close()
			h := r.(*handle)
			read := &backend.Op{Kind: backend.KindRead, Handle: r, Buf: make([]byte, 1)}
			b.Start(read)
			in := &h.queues[backend.In]
			in.Mu.Lock() // keeps the first Close from completing the read
			first, completed := make(chan error, 1), make(chan bool, 1)
			go func() { first <- h.Close() }()
			for !h.closing.Begun() {
				runtime.Gosched()
			}
			go func() {
				if err := second(b, h); err != nil {
					t.Error(err)
				}
				completed <- !b.Completed.Empty()
			}()
			for len(completed) == 0 && !secondWaits(name) {
				runtime.Gosched()
			}
			in.Mu.Unlock()
			if !<-completed {
				t.Error("the second Close has not waited for the first")
			}
			if err := <-first; err != nil {
				t.Error(err)
			}
			if b.Wait(0) != read {
				t.Error("the read has not completed")
			}
		})
	}
}

// secondWaits reports whether a goroutine in the function name waits for a mutex. The first
// Close, which waits for the lock of a queue inside opQueue.close, does not count.
func secondWaits(name string) bool {
	buf := make([]byte, 1<<20)
	buf = buf[:runtime.Stack(buf, true)]
	for stack := range strings.SplitSeq(string(buf), "\n\n") {
		state, calls, _ := strings.Cut(stack, "\n")
		if strings.Contains(state, "sync.Mutex.Lock") && strings.Contains(calls, name+"(") && !strings.Contains(calls, "(*opQueue).close(") {
			return true
		}
	}
	return false
}
