// Command echo is an echo server on package proactor, and an example of how to
// write one: the connection (conn.go) does not depend on the strategy.
//
//	echo [FLAGS] serve tcp://HOST:PORT
package main

import (
	"flag"

	"github.com/actum-go/actum/bench/internal/echo"
	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/group"
)

// strategy is how the server is run.
type strategy struct {
	group.Options
	strands bool
}

func main() {
	var s strategy
	backend := flag.String("backend", "", "the backend: uring, epoll, goroutine")
	flag.IntVar(&s.Dispatchers, "dispatchers", 1, "number of dispatchers, which share the connections")
	flag.IntVar(&s.Pool.Min, "pool", 1, "goroutines that each dispatcher has")
	flag.BoolVar(&s.strands, "strands", false, "a strand for each connection")
	flag.StringVar((*string)(&s.WaitMode), "waiting", "", `how a dispatcher waits: parked in Go's poller, or "locked", on a thread of its own`)
	flag.BoolVar(&s.Record.Off, "unrecorded", false, "without the causal record of operations")
	flag.Func("without", "a feature of the backend that is left out (see actum backends); may be repeated", func(name string) error {
		s.DisabledFeatures = append(s.DisabledFeatures, name)
		return nil
	})
	flag.Parse()
	s.Backend = proactor.Named(*backend)
	echo.Main(flag.Args(), s.serve)
}

// serve listens on the first dispatcher; the group shares the connections.
func (s strategy) serve(address string) error {
	g, err := group.New(s.Options)
	if err != nil {
		return err
	}
	defer g.Close()
	listener, err := g.Dispatchers()[0].Listen("tcp", address, nil)
	if err != nil {
		return err
	}
	newServer(g, listener, s.strands).start()
	echo.Listening()
	return g.Run()
}
