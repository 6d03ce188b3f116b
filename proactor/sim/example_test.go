package sim_test

import (
	"context"
	"fmt"
	"time"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/sim"
)

// One dispatcher hosts both peers. The same seed gives the same run; with another seed
// the connect is refused more often, or not at all.
func ExampleNetwork() {
	network := sim.NewNetwork(10, sim.Faults{Refuse: 0.5, Delay: 1})
	d, err := proactor.New(proactor.Options{Backend: network})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer d.Close()
	listener, _ := d.Listen("tcp", "127.0.0.1:5555", nil)

	var connect, accept, read, again proactor.Operation
	buf, done := make([]byte, 64), false
	dial := func() { d.Connect(&connect, "tcp", "127.0.0.1:5555", nil) }
	again.Handler = proactor.HandlerFunc(func(*proactor.Operation) { dial() })
	connect.Handler = proactor.HandlerFunc(func(op *proactor.Operation) {
		if op.Err() != nil {
			fmt.Println("refused: once more in a minute")
			d.StartTimer(&again, time.Minute)
			return
		}
		op.Handle().TryWrite([]byte("hello"))
	})
	accept.Handler = proactor.HandlerFunc(func(op *proactor.Operation) {
		if op.Err() == nil {
			op.Handle().Read(&read, buf)
		}
	})
	read.Handler = proactor.HandlerFunc(func(op *proactor.Operation) {
		fmt.Printf("received %q\n", buf[:op.N()])
		done = true
	})

	listener.Accept(&accept)
	dial()
	for !done {
		d.RunOne(context.Background())
	}
	fmt.Println("after", d.Now().Truncate(time.Minute))
	// Output:
	// refused: once more in a minute
	// received "hello"
	// after 1m0s
}
