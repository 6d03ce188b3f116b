package proactor_test

import (
	"bytes"
	"fmt"

	"github.com/actum-go/actum/proactor"
)

// A run over tcp is written down and happens again, without a network.
func ExampleReplayOptions() {
	greet := func(o proactor.ReplayOptions) {
		d, err := proactor.New(proactor.Options{Replay: o})
		if err != nil {
			fmt.Println(err)
			return
		}
		g := &greeter{d: d}
		for _, op := range []*proactor.Operation{&g.accept, &g.connect, &g.read, &g.write} {
			op.Handler = g
		}
		if g.listener, err = d.Listen("tcp", "127.0.0.1:0", nil); err != nil {
			fmt.Println(err)
			return
		}
		g.listener.Accept(&g.accept)
		d.Connect(&g.connect, "tcp", g.listener.LocalAddr().String(), nil)
		d.Run()
		d.Close()
	}
	var journal bytes.Buffer
	greet(proactor.ReplayOptions{Journal: &journal})
	greet(proactor.ReplayOptions{From: &journal})
	// Output:
	// hello, proactor
	// hello, proactor
}
