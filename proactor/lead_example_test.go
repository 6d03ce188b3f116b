package proactor_test

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/actum-go/actum/proactor"
)

// reply is what a goroutine waits for; a handler sets it.
type reply struct {
	arrived atomic.Bool
	closed  chan struct{} // closed when it has arrived, for a goroutine that blocks
}

// Done and Block make it a Waiter.
func (r *reply) Done() bool { return r.arrived.Load() }

func (r *reply) Block(ctx context.Context) error {
	select {
	case <-r.closed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// A goroutine that sends a request and waits for the reply dispatches while it waits.
func ExampleDispatcher_Await() {
	d, err := proactor.New(proactor.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer d.Close()
	near, far := joined(d)
	go d.Run()

	var buf, echo [5]byte
	r := &reply{closed: make(chan struct{})}
	read := proactor.Operation{Handler: proactor.HandlerFunc(func(*proactor.Operation) {
		r.arrived.Store(true)
		close(r.closed)
	})}
	question := proactor.Operation{Handler: proactor.HandlerFunc(nothing)}
	back := proactor.Operation{Handler: proactor.HandlerFunc(nothing)}
	answer := proactor.Operation{Handler: proactor.HandlerFunc(func(*proactor.Operation) { far.WriteAll(&back, echo[:]) })}
	near.ReadFull(&read, buf[:])
	far.ReadFull(&answer, echo[:])
	near.WriteAll(&question, []byte("hello"))

	if err := d.Await(context.Background(), r); err != nil {
		fmt.Println(err)
	}
	fmt.Printf("%s\n", buf)
	// Output: hello
}
