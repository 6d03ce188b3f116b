package group_test

import (
	"fmt"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/group"
)

// Several dispatchers share the work by a key: everything with the same key is served by
// the same dispatcher.
func Example() {
	g, err := group.New(group.Options{Dispatchers: 4, Policy: group.ByKey()})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer g.Close()
	go g.Run()
	picked := g.Pick(17)
	served := make(chan int)
	picked.Post(proactor.NewOperation(func(*proactor.Operation) { served <- 17 }))
	fmt.Println(<-served, g.Pick(17) == picked)
	// Output: 17 true
}

// The listener's dispatcher accepts, and moves each stream to another dispatcher.
func ExampleGroup_Place() {
	g, err := group.New(group.Options{Dispatchers: 2, Policy: group.LeastLoaded()})
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
