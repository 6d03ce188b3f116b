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

// Several dispatchers share the work by a key: everything with the same key is served by
// the same dispatcher.
func ExampleGroup() {
	g, err := proactor.NewGroup(proactor.GroupOptions{Dispatchers: 4, Policy: proactor.ByKey()})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer g.Close()
	go g.Run()
	picked := g.Pick(17)
	fmt.Println(addUp(picked), g.Pick(17) == picked)
	// Output: 5050 true
}

// The listener's dispatcher accepts, and moves each stream to another dispatcher.
func ExampleGroup_Place() {
	g, err := proactor.NewGroup(proactor.GroupOptions{Dispatchers: 2, Policy: proactor.LeastLoaded()})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer g.Close()
	go g.Run()
	acceptor := g.Dispatchers()[0]
	ln, err := acceptor.Listen("tcp", "127.0.0.1:0", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	placed := make(chan *proactor.Dispatcher)
	ln.Accept(&proactor.Operation{Handler: proactor.HandlerFunc(func(op *proactor.Operation) {
		if op.Err() == nil && g.Place(op.Handle(), 0) == nil {
			placed <- op.Handle().Dispatcher()
		}
	})})
	acceptor.Connect(&proactor.Operation{Handler: proactor.HandlerFunc(func(*proactor.Operation) {})},
		"tcp", ln.LocalAddr().String(), nil)
	fmt.Println(<-placed == g.Dispatchers()[1])
	// Output: true
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
