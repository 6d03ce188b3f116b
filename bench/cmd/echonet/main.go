// Command echonet is an echo server on package net: a goroutine and a buffer
// for each connection.
package main

import (
	"net"
	"os"

	"github.com/actum-go/actum/bench/internal/echo"
)

func main() { echo.Main(os.Args[1:], serve) }

func serve(address string) error {
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
		go answer(conn)
	}
}

func answer(conn net.Conn) {
	defer conn.Close()
	buf := make([]byte, echo.BufferSize)
	for {
		n, err := conn.Read(buf)
		if err != nil {
			return
		}
		if _, err := conn.Write(buf[:n]); err != nil {
			return
		}
	}
}
