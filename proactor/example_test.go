package proactor_test

import (
	"fmt"
	"io"
	"net"
	"time"

	"github.com/actum-go/actum/proactor"
)

// A timer. StartTimer returns at once; Run calls the handler when the time has passed.
func Example() {
	d, err := proactor.New(proactor.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer d.Close()

	timer := proactor.NewOperation(func(op *proactor.Operation) {
		fmt.Println("the timer has expired:", op.Err())
		d.Stop()
	})
	d.StartTimer(timer, 10*time.Millisecond)
	if err := d.Run(); err != nil {
		fmt.Println(err)
	}
	// Output: the timer has expired: <nil>
}

// echo is one connection of the server. Its operations and its buffer are fields that
// are used again and again; it is alive while one of the operations is outstanding.
type echo struct {
	stream      *proactor.Handle
	read, write proactor.Operation
	buf         [4096]byte
}

func startEcho(stream *proactor.Handle) {
	e := &echo{stream: stream}
	e.read.Handler = proactor.HandlerFunc(e.onRead)
	e.write.Handler = proactor.HandlerFunc(e.onWritten)
	stream.Read(&e.read, e.buf[:])
}

func (e *echo) onRead(op *proactor.Operation) {
	if op.Err() != nil { // io.EOF at the end of the stream
		e.stream.Close()
		return
	}
	e.stream.WriteAll(&e.write, e.buf[:op.N()])
}

func (e *echo) onWritten(op *proactor.Operation) {
	if op.Err() != nil {
		e.stream.Close()
		return
	}
	e.stream.Read(&e.read, e.buf[:])
}

// An echo server. One goroutine, inside Run, serves all connections, and the handlers
// need no lock.
func Example_echoServer() {
	d, err := proactor.New(proactor.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer d.Close() // closes the listener and the connections, too

	listener, err := d.Listen("tcp", "127.0.0.1:0", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	var accept proactor.Operation
	accept.Handler = proactor.HandlerFunc(func(op *proactor.Operation) {
		if op.Err() == nil {
			startEcho(op.Handle())
		}
	})
	listener.AcceptMultishot(&accept) // calls the handler for each connection

	go func() { // a client that uses package net
		defer d.Stop()
		conn, err := net.Dial("tcp", listener.LocalAddr().String())
		if err != nil {
			fmt.Println(err)
			return
		}
		defer conn.Close()
		reply := make([]byte, 5)
		fmt.Fprint(conn, "hello")
		_, err = io.ReadFull(conn, reply)
		fmt.Printf("%s %v\n", reply, err)
	}()
	if err := d.Run(); err != nil {
		fmt.Println(err)
	}
	// Output: hello <nil>
}
