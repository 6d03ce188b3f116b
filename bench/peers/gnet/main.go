// Command gnet is an echo server on gnet: one event loop, level-triggered, which
// measured best beside a client on two cores, and no copy out of its buffer.
package main

import (
	"os"

	"github.com/panjf2000/gnet/v2"

	"github.com/actum-go/actum/bench/internal/echo"
)

func main() { echo.Main(os.Args[1:], serve) }

func serve(address string) error {
	return gnet.Run(&server{}, "tcp://"+address)
}

type server struct{ gnet.BuiltinEventEngine }

func (*server) OnBoot(gnet.Engine) gnet.Action {
	echo.Listening()
	return gnet.None
}

// OnTraffic answers with the bytes that have come.
func (*server) OnTraffic(c gnet.Conn) gnet.Action {
	request, err := c.Next(-1)
	if err != nil {
		return gnet.Close
	}
	if _, err := c.Write(request); err != nil {
		return gnet.Close
	}
	return gnet.None
}
