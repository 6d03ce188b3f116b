package proactor_test

import (
	"fmt"

	"github.com/actum-go/actum/proactor"
)

// Another goroutine signals an event; the handler runs on the dispatcher.
func ExampleEvent() {
	d, err := proactor.New(proactor.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer d.Close()
	event := d.NewEvent()
	event.Wait(proactor.NewOperation(func(op *proactor.Operation) {
		fmt.Println("signals:", op.N())
		d.Stop()
	}))
	go event.Signal()
	d.Run()
	// Output: signals: 1
}

// A name is looked up while other handlers run.
func ExampleDispatcher_Resolve() {
	d, err := proactor.New(proactor.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer d.Close()
	d.Resolve(proactor.NewOperation(func(op *proactor.Operation) {
		fmt.Println(op.Addrs(), op.Err())
		d.Stop()
	}), nil, "ip4", "127.0.0.1")
	d.Run()
	// Output: [127.0.0.1] <nil>
}
