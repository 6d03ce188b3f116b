// Package simulation runs sockets on a network in memory, in virtual time: one
// goroutine drives both peers and the dispatcher. The tests of package core use it
// without faults. Its own tests are whole exchanges of messages on a network that
// cuts, delays, reorders and resets.
package simulation

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/sim"
	"github.com/actum-go/actum/zmq/internal/core"
	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// Run is one simulated run: a network, and the dispatcher and the context on it. A
// single goroutine may use it.
type Run struct {
	Network    *sim.Network
	Dispatcher *proactor.Dispatcher
	Context    core.Context

	turns int
}

// failure is the value that a run panics with.
type failure string

// maxTurns is how often a run may wait before it is taken to make no progress.
const maxTurns = 1 << 20

// New makes a run on a network with these faults.
func New(seed uint64, faults sim.Faults, config core.Config) *Run {
	w := &Run{Network: sim.NewNetwork(seed, faults)}
	var err error
	w.Dispatcher, err = proactor.New(proactor.Options{Backend: w.Network})
	w.Check(err)
	w.Context.OpenOn(w.Dispatcher, config)
	return w
}

// QuietBuffer is the size of the buffers of a connection in a quiet run.
const QuietBuffer = 64 << 10

// Quiet makes a run without faults. It ends with the test.
func Quiet(t *testing.T, config core.Config) *Run {
	w := New(1, sim.Faults{Buffer: QuietBuffer}, config)
	t.Cleanup(func() {
		if err := w.Dispatcher.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// Fail ends the run.
func (w *Run) Fail(format string, args ...any) { panic(failure(fmt.Sprintf(format, args...))) }

// Check ends the run if err is not nil.
func (w *Run) Check(err error) {
	if err != nil {
		w.Fail("%v", err)
	}
}

// Socket makes a socket.
func (w *Run) Socket(t wire.SocketType, o option.Values) *core.Socket {
	s := new(core.Socket)
	w.Check(s.Open(&w.Context, t, &o))
	return s
}

// Bind binds a socket.
func (w *Run) Bind(s *core.Socket, endpoint string) { w.Check(s.Bind(context.Background(), endpoint)) }

// Wait lets time pass until something happens.
func (w *Run) Wait() {
	if w.turns++; w.turns > maxTurns {
		w.Fail("stuck: %d turns and not done", maxTurns)
	}
	_, err := w.Dispatcher.RunOne(context.Background())
	w.Check(err)
}

// Until waits until done, for at most limit of virtual time, and reports whether it
// is.
func (w *Run) Until(limit time.Duration, done func() bool) bool {
	late := w.deadline(limit)
	defer late.cancel()
	for !done() {
		if late.passed {
			return false
		}
		w.Wait()
	}
	return true
}

// Close closes a socket with a linger, and reports whether all queued messages
// were sent.
func (w *Run) Close(s *core.Socket, linger time.Duration) (sent bool) {
	late := w.deadline(linger)
	defer late.cancel()
	unsent, err := s.Shutdown(late.ctx)
	return unsent == 0 && err == nil
}

// deadline is a context that ends after an amount of virtual time.
type deadline struct {
	w      *Run
	ctx    context.Context
	timer  proactor.Operation
	passed bool
}

func (w *Run) deadline(after time.Duration) *deadline {
	ctx, end := context.WithCancel(context.Background())
	c := &deadline{w: w, ctx: ctx}
	c.timer.Handler = proactor.HandlerFunc(func(op *proactor.Operation) {
		c.passed = op.Err() == nil
		end()
	})
	w.Dispatcher.StartTimer(&c.timer, after)
	return c
}

// cancel stops the timer and waits until the dispatcher has given it back.
func (c *deadline) cancel() {
	c.w.Dispatcher.Cancel(&c.timer)
	for c.timer.Outstanding() {
		c.w.Wait()
	}
}
