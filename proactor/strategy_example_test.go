package proactor_test

import (
	"fmt"
	"sync"
	"time"

	"github.com/actum-go/actum/proactor"
)

// tally is a handler that is the same under every strategy: it adds numbers in a
// strand, so that no lock is needed.
type tally struct {
	sum  int
	done sync.WaitGroup
}

func (t *tally) HandleCompletion(op *proactor.Operation) {
	t.sum += op.Token.(int)
	t.done.Done()
}

// addUp posts the numbers up to 100 to d, which another goroutine runs.
func addUp(d *proactor.Dispatcher) int {
	var t tally
	strand := d.NewStrand()
	for i := range 101 {
		t.done.Add(1)
		op := &proactor.Operation{Handler: &t, Token: i}
		op.SetStrand(strand)
		d.Post(op)
	}
	t.done.Wait()
	return t.sum
}

// One goroutine dispatches: the one that calls Run.
func ExampleDispatcher_Run() {
	d, err := proactor.New(proactor.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer d.Close()
	go d.Run()
	fmt.Println(addUp(d))
	// Output: 5050
}

// A pool dispatches: two goroutines at first, up to eight when handlers are slow.
func ExamplePool() {
	d, err := proactor.New(proactor.Options{Pool: proactor.Pool{Min: 2, Max: 8}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer d.Close()
	go d.Run()
	fmt.Println(addUp(d))
	// Output: 5050
}

// One goroutine that keeps its operating-system thread, for handlers whose calls depend
// on the thread.
func ExamplePool_lockThreads() {
	d, err := proactor.New(proactor.Options{Pool: proactor.Pool{LockThreads: true}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer d.Close()
	go d.Run()
	fmt.Println(addUp(d))
	// Output: 5050
}

// An urgent completion overtakes those that wait.
func ExamplePriority() {
	d, err := proactor.New(proactor.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer d.Close()
	say := proactor.HandlerFunc(func(op *proactor.Operation) {
		if op.Err() == nil {
			fmt.Println(op.Token)
		}
	})
	post := func(token string, p proactor.Priority) {
		op := &proactor.Operation{Handler: say, Token: token}
		op.SetPriority(p)
		d.Post(op)
	}
	post("clean up", proactor.PriorityLow)
	d.Post(&proactor.Operation{Handler: say, Token: "work"})
	post("heartbeat", proactor.PriorityHigh)
	d.StartTimer(&proactor.Operation{Handler: proactor.HandlerFunc(func(*proactor.Operation) { d.Stop() })}, 10*time.Millisecond)
	d.Run()
	// Output:
	// heartbeat
	// work
	// clean up
}
