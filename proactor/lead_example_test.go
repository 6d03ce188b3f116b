package proactor_test

import (
	"fmt"
	"sync/atomic"

	"github.com/actum-go/actum/proactor"
)

// reply is what a goroutine waits for: a handler sets it.
type reply struct {
	come atomic.Bool
	told chan struct{} // closed with it, for when the goroutine cannot lead
}

// Done and Alone make it a Follower.
func (r *reply) Done() bool  { return r.come.Load() }
func (r *reply) Alone() bool { return true }

// A goroutine that asks and waits for the answer dispatches while it waits.
func ExampleDispatcher_Lead() {
	d, err := proactor.New(proactor.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer d.Close()
	near, far := joined(d)
	go d.Run()

	var buf, echo [5]byte
	r := &reply{told: make(chan struct{})}
	read := proactor.Operation{Handler: proactor.HandlerFunc(func(*proactor.Operation) {
		r.come.Store(true)
		close(r.told)
	})}
	question := proactor.Operation{Handler: proactor.HandlerFunc(nothing)}
	back := proactor.Operation{Handler: proactor.HandlerFunc(nothing)}
	answer := proactor.Operation{Handler: proactor.HandlerFunc(func(*proactor.Operation) { far.WriteAll(&back, echo[:]) })}
	near.ReadFull(&read, buf[:])
	far.ReadFull(&answer, echo[:])
	near.WriteAll(&question, []byte("hello"))

	if !d.Lead(r) { // somebody else dispatches
		d.WakeHost()
	}
	<-r.told
	fmt.Printf("%s\n", buf)
	// Output: hello
}
