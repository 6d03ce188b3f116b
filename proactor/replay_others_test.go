package proactor_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/group"
	"github.com/actum-go/actum/proactor/replay"
	"github.com/actum-go/actum/proactor/sim"
)

// crowd is several goroutines that use one dispatcher, which yet another goroutine
// runs. lines has a line for each completion.
type crowd struct {
	t     *testing.T
	d     *proactor.Dispatcher
	lines []string // the dispatching goroutine's
}

// worker is one of the goroutines, with a stream of its own.
type worker struct {
	*crowd
	name                     string
	near, far                *proactor.Handle
	post, timer, read, write proactor.Operation
	long                     proactor.Operation
	buf                      [64]byte
	completed                chan struct{} // receives once for each handler call
}

const rounds = 10

func (w *worker) HandleCompletion(op *proactor.Operation) {
	data := ""
	if op == &w.read {
		data = string(w.buf[:op.N()])
	}
	w.lines = append(w.lines, fmt.Sprintf("%s: %v %d %v %q at %v", w.name, op.Kind(), op.N(), op.Err(), data, w.d.Now()))
	w.completed <- struct{}{}
}

// do calls start and waits for that number of handler calls.
func (w *worker) do(handlers int, start func()) {
	start()
	for range handlers {
		<-w.completed
	}
}

// run makes that number of rounds.
func (w *worker) run(rounds int) {
	for i := range rounds {
		w.do(1, func() { w.d.Post(&w.post) })
		w.do(2, func() {
			w.far.Read(&w.read, w.buf[:])
			if _, err := w.near.TryWrite([]byte("x")); err != proactor.ErrWouldBlock {
				w.t.Errorf("TryWrite: %v", err)
			}
			w.near.WriteAll(&w.write, fmt.Appendf(nil, "%s %d", w.name, i))
		})
		w.do(1, func() { w.d.StartTimer(&w.timer, time.Duration(i)*10*time.Microsecond) })
		w.do(1, func() {
			w.d.StartAlarm(&w.long, time.Now().Add(time.Hour))
			w.d.Cancel(&w.long)
		})
	}
	w.do(1, func() {
		w.far.Read(&w.read, w.buf[:])
		if err := w.near.CloseWrite(); err != nil && !errors.Is(err, replay.ErrDiverged) {
			w.t.Error(err)
		}
	})
	w.near.Close()
	w.far.Close()
}

// work runs a crowd of three to its end, and returns a line for each completion.
func work(t *testing.T, o proactor.Options, rounds int) ([]string, error) {
	t.Helper()
	c := &crowd{t: t, d: newDispatcher(t, o)}
	var all []*worker // made before the first one runs: its requests may diverge from the journal
	for i := range 3 {
		w := &worker{crowd: c, name: fmt.Sprint("worker ", i), completed: make(chan struct{}, 9)}
		w.near, w.far = connectedPair(t, c.d, "tcp")
		for _, op := range []*proactor.Operation{&w.post, &w.timer, &w.read, &w.write, &w.long} {
			op.Handler, op.Token = w, w.name
		}
		all = append(all, w)
	}
	var host, workers sync.WaitGroup
	for _, w := range all {
		workers.Go(func() { w.run(rounds) })
	}
	host.Go(func() { _ = c.d.Run() })
	workers.Wait()
	err := c.d.Close()
	host.Wait()
	return c.lines, err
}

// TestReplayOthers: the requests of several goroutines are replayed in the order in
// which they came in the run.
func TestReplayOthers(t *testing.T) {
	for _, name := range workingBackends() {
		t.Run(name, func(t *testing.T) {
			var journal bytes.Buffer
			first, err := work(t, proactor.Options{Backend: replay.ToJournal(&journal, proactor.Named(name))}, rounds)
			if err != nil {
				t.Fatal(err)
			}
			if len(first) != 3*(5*rounds+1) {
				t.Errorf("handlers were called %d times", len(first))
			}
			for range 3 {
				again, err := work(t, proactor.Options{Backend: replay.FromJournal(bytes.NewReader(journal.Bytes()), replay.Options{})}, rounds)
				if err != nil {
					t.Error(err)
				}
				if !slices.Equal(again, first) {
					t.Fatalf("the run was\n%s\nand the replay\n%s", strings.Join(first, "\n"), strings.Join(again, "\n"))
				}
			}
		})
	}
}

// The error names goroutines that do something else than in the run.
func TestReplayOthersDiverge(t *testing.T) {
	var journal bytes.Buffer
	if _, err := work(t, proactor.Options{Backend: replay.ToJournal(&journal, nil)}, 3); err != nil {
		t.Fatal(err)
	}
	for _, rounds := range []int{2, 4} { // one closes where the journal has another post, or posts where it has none
		_, err := work(t, proactor.Options{Backend: replay.FromJournal(bytes.NewReader(journal.Bytes()), replay.Options{RequestTimeout: 200 * time.Millisecond})}, rounds)
		if !errors.Is(err, replay.ErrDiverged) || !strings.Contains(err.Error(), "worker).run") || !strings.Contains(err.Error(), "worker ") {
			t.Errorf("%d rounds instead of 3: %v", rounds, err)
		}
		t.Log(err)
	}
}

// Signals come from the journal in a replay: they are not sent again.
func TestReplaySignals(t *testing.T) {
	network := sim.NewNetwork(1, sim.Faults{})
	replaySignals(t, proactor.Options{Backend: network}, func() { network.Raise(os.Interrupt) })
}

// replaySignals runs a program on o, which raises signals, and its replay, which
// does not.
func replaySignals(t *testing.T, o proactor.Options, raise func()) {
	var journal bytes.Buffer
	o.Backend = replay.ToJournal(&journal, o.Backend)
	first := signalled(t, o, raise)
	again := signalled(t, proactor.Options{Backend: replay.FromJournal(&journal, replay.Options{})}, func() {})
	if len(first) != 3 || !slices.Equal(again, first) {
		t.Errorf("the run was %q and the replay %q", first, again)
	}
}

// signalled waits for three signals, and returns a line for each completion.
func signalled(t *testing.T, o proactor.Options, raise func()) (lines []string) {
	d := newDispatcher(t, o)
	set, err := d.Signals(os.Interrupt)
	if err != nil {
		t.Fatal(err)
	}
	var wait proactor.Operation
	wait.Handler = proactor.HandlerFunc(func(op *proactor.Operation) {
		if op.Err() != nil {
			return
		}
		if lines = append(lines, fmt.Sprintf("%v %d at %v", op.Signal(), op.N(), d.Now())); len(lines) == 3 {
			d.Stop()
			return
		}
		set.Wait(op)
		raise()
	})
	set.Wait(&wait)
	raise()
	if err := d.Run(); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	return lines
}

// A journal holds the run of one dispatcher.
func TestReplayGroup(t *testing.T) {
	_, err := group.New(group.Options{Dispatchers: 2, Options: proactor.Options{Backend: replay.ToJournal(new(bytes.Buffer), nil)}})
	if err == nil || !strings.Contains(err.Error(), "the run of one dispatcher") {
		t.Errorf("the error is %v", err)
	}
}
