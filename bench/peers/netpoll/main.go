// Command netpoll is an echo server on cloudwego's netpoll, by its calls that
// do not copy.
package main

import (
	"context"
	"os"

	"github.com/cloudwego/netpoll"

	"github.com/actum-go/actum/bench/internal/echo"
)

func main() { echo.Main(os.Args[1:], serve) }

func serve(address string) error {
	listener, err := netpoll.CreateListener("tcp", address)
	if err != nil {
		return err
	}
	loop, err := netpoll.NewEventLoop(answer)
	if err != nil {
		return err
	}
	echo.Listening()
	return loop.Serve(listener)
}

// answer moves what has been read into the writer without a copy.
func answer(_ context.Context, c netpoll.Connection) error {
	reader, writer := c.Reader(), c.Writer()
	request, err := reader.Next(reader.Len())
	if err != nil {
		return err
	}
	if _, err := writer.WriteBinary(request); err != nil {
		return err
	}
	if err := writer.Flush(); err != nil {
		return err
	}
	return reader.Release()
}
