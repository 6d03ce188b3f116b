// Command gaio is an echo server on xtaci's gaio: a buffer for each
// connection, which is read into, written from, and read into again.
package main

import (
	"net"
	"os"

	"github.com/xtaci/gaio"

	"github.com/actum-go/actum/bench/internal/echo"
)

func main() { echo.Main(os.Args[1:], serve) }

func serve(address string) error {
	watcher, err := gaio.NewWatcher()
	if err != nil {
		return err
	}
	go answer(watcher)
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	echo.Listening()
	for {
		conn, err := listener.Accept()
		if err != nil {
			return err
		}
		if err := watcher.Read(nil, conn, make([]byte, echo.BufferSize)); err != nil {
			return err
		}
	}
}

func answer(watcher *gaio.Watcher) {
	for {
		completed, err := watcher.WaitIO()
		if err != nil {
			return
		}
		for _, op := range completed {
			switch {
			case op.Error != nil || op.Size == 0:
				watcher.Free(op.Conn)
			case op.Operation == gaio.OpRead:
				err = watcher.Write(nil, op.Conn, op.Buffer[:op.Size])
			case op.Operation == gaio.OpWrite:
				err = watcher.Read(nil, op.Conn, op.Buffer[:cap(op.Buffer)])
			}
			if err != nil {
				watcher.Free(op.Conn)
			}
		}
	}
}
