package proactor_test

import (
	"context"
	"fmt"

	"github.com/actum-go/actum/proactor"
)

// One handle answers the datagrams of another one: it sends to their source.
func ExampleHandle_ReceiveFrom() {
	d, err := proactor.New(proactor.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer d.Close()
	server, err := d.ListenPacket("udp", "127.0.0.1:0", nil)
	if err != nil {
		fmt.Println(err)
		return
	}

	in, out, done := make([]byte, 1500), make([]byte, 1500), false
	var reply, receive proactor.Operation
	serve := proactor.Operation{Handler: proactor.HandlerFunc(func(op *proactor.Operation) {
		server.SendTo(&reply, fmt.Appendf(nil, "%s to you", in[:op.N()]), op.From())
	})}
	nothing := proactor.HandlerFunc(func(*proactor.Operation) {})
	reply.Handler = nothing
	receive.Handler = proactor.HandlerFunc(func(op *proactor.Operation) {
		fmt.Printf("%s\n", out[:op.N()])
		done = true
	})
	connect := proactor.Operation{Handler: proactor.HandlerFunc(func(op *proactor.Operation) {
		client := op.Handle()
		client.ReceiveFrom(&receive, out)
		op.Handler = nothing
		client.SendTo(op, []byte("hello"), proactor.PacketAddr{}) // to its peer
	})}
	server.ReceiveFrom(&serve, in)
	d.Connect(&connect, "udp", server.LocalAddr().String(), nil)
	for !done {
		d.RunOne(context.Background())
	}
	// Output: hello to you
}
