package proactor

import (
	"fmt"
	"runtime"
)

// Waiting says how a dispatcher with nothing to do waits for completions.
type Waiting string

const (
	// WaitParked: the goroutine that dispatches parks in Go's own poller. It holds no
	// operating-system thread meanwhile, and is woken like any other goroutine. This
	// is the default, and what every backend does.
	WaitParked Waiting = ""
	// WaitLocked: a thread of the dispatcher's own waits in the kernel, dispatches,
	// and runs the kernel's deferred completion work when it asks for completions. It
	// exists from New to Close; Run, RunOne and Poll have it do the work and wait
	// for it. The backend "uring" alone can do this.
	WaitLocked Waiting = "locked"
)

// validate says what is wrong with w, given how many goroutines dispatch.
func (w Waiting) validate(p Pool) error {
	if w != WaitParked && w != WaitLocked {
		return fmt.Errorf("proactor: Options.Waiting is %q: want WaitParked or WaitLocked", w)
	}
	if w == WaitLocked && p.normal().Max > 1 {
		return fmt.Errorf("proactor: Options.Waiting is WaitLocked and Options.Pool has %d goroutines: one thread alone may wait; several dispatchers (NewGroup) use several threads", p.normal().Max)
	}
	return nil
}

// home is a goroutine with a thread of its own, which does what it is given, one
// thing after the other.
type home struct {
	work chan func()
	done chan struct{}
}

func newHome() *home {
	h := &home{work: make(chan func()), done: make(chan struct{})}
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		for f := range h.work {
			f()
			h.done <- struct{}{}
		}
	}()
	return h
}

// do has f called at home, and returns when it has returned. On no home at all
// the caller does it. One goroutine at a time may call do.
func (h *home) do(f func()) {
	if h == nil {
		f()
		return
	}
	h.work <- f
	<-h.done
}

// leave ends the goroutine.
func (h *home) leave() {
	if h != nil {
		close(h.work)
	}
}
