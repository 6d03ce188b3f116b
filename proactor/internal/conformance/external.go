package conformance

import (
	"errors"
	"sync"
	"sync/atomic"

	"github.com/actum-go/actum/proactor"
)

// processor is an external processor. It completes the operations that it is asked
// to cancel, unless it holds back.
type processor struct {
	asked []proactor.Completion
	holds bool
}

// Cancel implements proactor.Processor.
func (f *processor) Cancel(c proactor.Completion) {
	f.asked = append(f.asked, c)
	if !f.holds {
		c.Complete(0, proactor.ErrCanceled)
	}
}

var errExternal = errors.New("an error of the processor")

func testExternal(r *fixture) {
	f := new(processor)
	c := r.call(nil)
	c.op.Token = "token"
	for i, err := range []error{nil, errExternal} {
		done := r.d.StartExternal(c.start(), f)
		if done.Operation() != &c.op || !c.op.Outstanding() || c.op.Kind() != proactor.KindExternal {
			r.t.Fatalf("%v, outstanding %v, kind %v", done.Operation(), c.op.Outstanding(), c.op.Kind())
		}
		go done.Complete(40+i, err)
		r.wait(c)
		if c.n != 40+i || c.err != err || c.op.Token != "token" {
			r.t.Errorf("completed with %d, %v, token %v", c.n, c.err, c.op.Token)
		}
	}
	r.d.Cancel(&c.op)
	if len(f.asked) != 0 {
		r.t.Error("a processor was asked to cancel what is not outstanding")
	}
}

// testExternalCompletesOnce: a second Complete fails, and does not affect the next
// start of the same operation.
func testExternalCompletesOnce(r *fixture) {
	c := r.call(nil)
	first := r.d.StartExternal(c.start(), nil)
	if !first.Complete(1, nil) || first.Complete(2, nil) {
		r.t.Error("want the first Complete to count, and only that")
	}
	r.ok(c)
	second := r.d.StartExternal(c.start(), nil)
	if first.Complete(3, errExternal) {
		r.t.Error("the completion of an earlier start was taken")
	}
	if !second.Complete(4, nil) {
		r.t.Error("the second start could not be completed")
	}
	if r.ok(c); c.n != 4 {
		r.t.Errorf("completed with %d", c.n)
	}
}

// testExternalCancel: the dispatcher asks the processor once; the operation
// completes when the processor completes it.
func testExternalCancel(r *fixture) {
	f := &processor{holds: true}
	c := r.call(nil)
	done := r.d.StartExternal(c.start(), f)
	r.d.Cancel(&c.op)
	r.d.Cancel(&c.op)
	r.until("the question", func() bool { return len(f.asked) > 0 })
	r.d.Cancel(&c.op)
	r.d.CancelAll()
	post := r.call(nil)
	r.d.Post(post.start())
	r.ok(post)
	if len(f.asked) != 1 || f.asked[0] != done || !c.op.Outstanding() {
		r.t.Errorf("asked %d times, outstanding %v", len(f.asked), c.op.Outstanding())
	}
	f.asked[0].Complete(7, nil) // it succeeded before the cancel
	if r.ok(c); c.n != 7 {
		r.t.Errorf("completed with %d", c.n)
	}

	f.holds = false
	c.op.SetTimeout(short)
	r.d.StartExternal(c.start(), f)
	r.timedOut(c)
}

func testExternalWithoutProcessor(r *fixture) {
	c := r.call(nil)
	done := r.d.StartExternal(c.start(), nil)
	r.d.Cancel(&c.op)
	r.canceled(c)
	if done.Complete(1, nil) {
		r.t.Error("an operation that was cancelled could be completed")
	}
}

// testExternalRace completes from one goroutine and cancels from another.
func testExternalRace(r *fixture) {
	const rounds = 2000
	work := make(chan proactor.Completion, 1)
	var others sync.WaitGroup
	others.Go(func() {
		for done := range work {
			done.Complete(1, nil)
		}
	})
	var c *call
	c = r.call(func() {
		if !(c.err == nil && c.n == 1 || c.err == proactor.ErrCanceled && c.n == 0) {
			r.t.Errorf("completed with %d, %v", c.n, c.err)
		}
	})
	var stop atomic.Bool
	others.Go(func() {
		for !stop.Load() {
			r.d.Cancel(&c.op)
		}
	})
	f := new(processor)
	for range rounds {
		f.asked = f.asked[:0]
		work <- r.d.StartExternal(c.start(), f)
		r.wait(c)
	}
	stop.Store(true)
	close(work)
	others.Wait()
}

// testExternalClose closes the dispatcher while an operation is outstanding: the
// processor is asked to cancel it, and Close waits for it.
func testExternalClose(r *fixture) {
	f := &slowProcessor{}
	c, late := r.call(nil), r.call(nil)
	r.d.StartExternal(c.start(), f)
	r.d.StartExternal(late.start(), nil)
	if err := r.d.Close(); err != nil {
		r.t.Fatal(err)
	}
	if c.done != 1 || c.n != 9 || c.err != nil {
		r.t.Errorf("after Close: %d calls, %d, %v", c.done, c.n, c.err)
	}
	if late.done != 1 || !errors.Is(late.err, proactor.ErrCanceled) {
		r.t.Errorf("without a processor: %d calls, %v", late.done, late.err)
	}
	told := make(chan error, 1)
	again := r.call(nil)
	again.then = func() { told <- again.err }
	if r.d.StartExternal(again.start(), f).Complete(1, nil) {
		r.t.Error("an operation of a closed dispatcher could be completed")
	}
	if err := <-told; err != proactor.ErrClosed {
		r.t.Errorf("begun after Close: %v", err)
	}
}

// slowProcessor is a processor that completes on a goroutine of its own.
type slowProcessor struct{}

// Cancel implements proactor.Processor.
func (*slowProcessor) Cancel(c proactor.Completion) { go c.Complete(9, nil) }

// cancelFunc is a Processor's Cancel.
type cancelFunc func(c proactor.Completion)

func (f cancelFunc) Cancel(c proactor.Completion) { f(c) }

// testExternalAskedOnce closes a dispatcher while a processor works on a cancel.
func testExternalAskedOnce(r *fixture) {
	slow := &processor{holds: true}
	first, second := r.call(nil), r.call(nil)
	var slowly proactor.Completion
	r.d.StartExternal(first.start(), cancelFunc(func(c proactor.Completion) { // is asked by Close, behind slow
		slowly.Complete(0, proactor.ErrCanceled)
		c.Complete(0, proactor.ErrCanceled)
	}))
	slowly = r.d.StartExternal(second.start(), slow)
	r.d.Cancel(&second.op)
	r.until("the first cancel", func() bool { return len(slow.asked) > 0 })
	r.d.Close()
	if len(slow.asked) != 1 || !first.idle() || !second.idle() {
		r.t.Errorf("the processor was asked %d times", len(slow.asked))
	}
}
