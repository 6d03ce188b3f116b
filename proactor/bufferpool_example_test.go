//go:build !windows

package proactor_test

import (
	"context"
	"fmt"
	"io"

	"github.com/actum-go/actum/proactor"
)

// A thousand idle connections own no buffer; those that have received something take
// one of a few.
func ExampleBufferPool() {
	d, err := proactor.New(proactor.Options{Backend: proactor.Named("sim")})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer d.Close()
	pool := proactor.NewBufferPool(4096, 8)
	client, server := joined(d)

	receive := proactor.Operation{Handler: proactor.HandlerFunc(func(op *proactor.Operation) {
		fmt.Printf("%s; %d buffers left\n", op.Buffer().Bytes(), pool.Free())
		op.Buffer().Release()
	})}
	server.Receive(&receive, pool)
	fmt.Println(pool.Free(), "while it waits")
	client.TryWrite([]byte("hello"))
	for receive.Outstanding() {
		d.RunOne(context.Background())
	}
	fmt.Println(pool.Free(), "after Release")
	// Output:
	// 8 while it waits
	// hello; 7 buffers left
	// 8 after Release
}

// A multishot receive is started once and ends when the stream ends.
func ExampleHandle_ReceiveMultishot() {
	d, err := proactor.New(proactor.Options{Backend: proactor.Named("sim")})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer d.Close()
	pool := proactor.NewBufferPool(3, 2)
	client, server := joined(d)

	receive := proactor.Operation{Handler: proactor.HandlerFunc(func(op *proactor.Operation) {
		if op.Err() == io.EOF {
			fmt.Println("the end; more to come:", op.More())
			return
		}
		fmt.Printf("%s; more to come: %v\n", op.Buffer().Bytes(), op.More())
		op.Buffer().Release()
	})}
	server.ReceiveMultishot(&receive, pool)
	client.TryWrite([]byte("abcde"))
	client.Close()
	for receive.Outstanding() {
		d.RunOne(context.Background())
	}
	// Output:
	// abc; more to come: true
	// de; more to come: true
	// the end; more to come: false
}

// A multishot accept is started once, for all connections.
func ExampleHandle_AcceptMultishot() {
	d, err := proactor.New(proactor.Options{Backend: proactor.Named("sim")})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer d.Close()
	listener, err := d.Listen("tcp", "127.0.0.1:0", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	accept := proactor.Operation{Handler: proactor.HandlerFunc(func(op *proactor.Operation) {
		if op.Err() != nil {
			fmt.Println(op.Err())
			return
		}
		fmt.Println("a connection")
		op.Handle().Close()
	})}
	listener.AcceptMultishot(&accept)
	nothing := proactor.HandlerFunc(func(*proactor.Operation) {})
	for range 2 {
		connect := proactor.Operation{Handler: nothing}
		d.Connect(&connect, "tcp", listener.LocalAddr().String(), nil)
		for connect.Outstanding() {
			d.RunOne(context.Background())
		}
	}
	d.Cancel(&accept)
	for accept.Outstanding() {
		d.RunOne(context.Background())
	}
	// Output:
	// a connection
	// a connection
	// proactor: operation cancelled: context canceled
}
