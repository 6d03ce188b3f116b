// Command echo is an echo server on package proactor, and an example of how to
// write one.
//
//	echo [--backend NAME] serve tcp://HOST:PORT
package main

import (
	"flag"

	"github.com/actum-go/actum/bench/internal/echo"
	"github.com/actum-go/actum/proactor"
)

func main() {
	var o proactor.Options
	flag.StringVar(&o.Backend, "backend", "", "what carries operations out: uring, epoll, goroutine")
	flag.Parse()
	echo.Main(flag.Args(), func(address string) error { return serve(o, address) })
}

func serve(o proactor.Options, address string) error {
	d, err := proactor.New(o)
	if err != nil {
		return err
	}
	defer d.Close()
	listener, err := d.Listen("tcp", address, nil)
	if err != nil {
		return err
	}
	new(server).start(listener)
	echo.Listening()
	return d.Run()
}
