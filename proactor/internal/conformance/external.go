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
func (p *processor) Cancel(c proactor.Completion) {
	p.asked = append(p.asked, c)
	if !p.holds {
		c.Complete(0, proactor.ErrCanceled)
	}
}

var errExternal = errors.New("an error of the processor")

func testExternal(f *fixture) {
	p := new(processor)
	c := f.call(nil)
	c.op.Token = "token"
	for i, err := range []error{nil, errExternal} {
		done := f.d.StartExternal(c.start(), p)
		if done.Operation() != &c.op || !c.op.Outstanding() || c.op.Kind() != proactor.KindExternal {
			f.t.Fatalf("%v, outstanding %v, kind %v", done.Operation(), c.op.Outstanding(), c.op.Kind())
		}
		go done.Complete(40+i, err)
		f.wait(c)
		if c.n != 40+i || c.err != err || c.op.Token != "token" {
			f.t.Errorf("completed with %d, %v, token %v", c.n, c.err, c.op.Token)
		}
	}
	f.d.Cancel(&c.op)
	if len(p.asked) != 0 {
		f.t.Error("a processor was asked to cancel what is not outstanding")
	}
}

// testExternalCompletesOnce: a second Complete fails, and does not affect the next
// start of the same operation.
func testExternalCompletesOnce(f *fixture) {
	c := f.call(nil)
	first := f.d.StartExternal(c.start(), nil)
	if !first.Complete(1, nil) || first.Complete(2, nil) {
		f.t.Error("want the first Complete to count, and only that")
	}
	f.ok(c)
	second := f.d.StartExternal(c.start(), nil)
	if first.Complete(3, errExternal) {
		f.t.Error("the completion of an earlier start was taken")
	}
	if !second.Complete(4, nil) {
		f.t.Error("the second start could not be completed")
	}
	if f.ok(c); c.n != 4 {
		f.t.Errorf("completed with %d", c.n)
	}
}

// testExternalCancel: the dispatcher asks the processor once; the operation
// completes when the processor completes it.
func testExternalCancel(f *fixture) {
	p := &processor{holds: true}
	c := f.call(nil)
	done := f.d.StartExternal(c.start(), p)
	f.d.Cancel(&c.op)
	f.d.Cancel(&c.op)
	f.until("the question", func() bool { return len(p.asked) > 0 })
	f.d.Cancel(&c.op)
	f.d.CancelAll()
	post := f.call(nil)
	f.d.Post(post.start())
	f.ok(post)
	if len(p.asked) != 1 || p.asked[0] != done || !c.op.Outstanding() {
		f.t.Errorf("asked %d times, outstanding %v", len(p.asked), c.op.Outstanding())
	}
	p.asked[0].Complete(7, nil) // it succeeded before the cancel
	if f.ok(c); c.n != 7 {
		f.t.Errorf("completed with %d", c.n)
	}

	p.holds = false
	c.op.SetTimeout(short)
	f.d.StartExternal(c.start(), p)
	f.timedOut(c)
}

func testExternalWithoutProcessor(f *fixture) {
	c := f.call(nil)
	done := f.d.StartExternal(c.start(), nil)
	f.d.Cancel(&c.op)
	f.canceled(c)
	if done.Complete(1, nil) {
		f.t.Error("an operation that was cancelled could be completed")
	}
}

// testExternalRace completes from one goroutine and cancels from another.
func testExternalRace(f *fixture) {
	const rounds = 2000
	work := make(chan proactor.Completion, 1)
	var others sync.WaitGroup
	others.Go(func() {
		for done := range work {
			done.Complete(1, nil)
		}
	})
	var c *call
	c = f.call(func() {
		if !(c.err == nil && c.n == 1 || c.err == proactor.ErrCanceled && c.n == 0) {
			f.t.Errorf("completed with %d, %v", c.n, c.err)
		}
	})
	var stop atomic.Bool
	others.Go(func() {
		for !stop.Load() {
			f.d.Cancel(&c.op)
		}
	})
	p := new(processor)
	for range rounds {
		p.asked = p.asked[:0]
		work <- f.d.StartExternal(c.start(), p)
		f.wait(c)
	}
	stop.Store(true)
	close(work)
	others.Wait()
}

// testExternalClose closes the dispatcher while an operation is outstanding: the
// processor is asked to cancel it, and Close waits for it.
func testExternalClose(f *fixture) {
	p := &slowProcessor{}
	c, late := f.call(nil), f.call(nil)
	f.d.StartExternal(c.start(), p)
	f.d.StartExternal(late.start(), nil)
	if err := f.d.Close(); err != nil {
		f.t.Fatal(err)
	}
	if c.done != 1 || c.n != 9 || c.err != nil {
		f.t.Errorf("after Close: %d calls, %d, %v", c.done, c.n, c.err)
	}
	if late.done != 1 || !errors.Is(late.err, proactor.ErrCanceled) {
		f.t.Errorf("without a processor: %d calls, %v", late.done, late.err)
	}
	told := make(chan error, 1)
	again := f.call(nil)
	again.then = func() { told <- again.err }
	if f.d.StartExternal(again.start(), p).Complete(1, nil) {
		f.t.Error("an operation of a closed dispatcher could be completed")
	}
	if err := <-told; err != proactor.ErrClosed {
		f.t.Errorf("begun after Close: %v", err)
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
func testExternalAskedOnce(f *fixture) {
	slow := &processor{holds: true}
	first, second := f.call(nil), f.call(nil)
	var slowly proactor.Completion
	f.d.StartExternal(first.start(), cancelFunc(func(c proactor.Completion) { // is asked by Close, behind slow
		slowly.Complete(0, proactor.ErrCanceled)
		c.Complete(0, proactor.ErrCanceled)
	}))
	slowly = f.d.StartExternal(second.start(), slow)
	f.d.Cancel(&second.op)
	f.until("the first cancel", func() bool { return len(slow.asked) > 0 })
	f.d.Close()
	if len(slow.asked) != 1 || !first.idle() || !second.idle() {
		f.t.Errorf("the processor was asked %d times", len(slow.asked))
	}
}
