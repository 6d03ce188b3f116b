package proactor_test

import (
	"encoding/binary"
	"fmt"

	"github.com/actum-go/actum/proactor"
)

// reader takes messages off a stream: a length of four bytes, then as many bytes.
// Neither part is ever short.
type reader struct {
	stream *proactor.Handle
	read   proactor.Operation
	length [4]byte
	body   []byte
}

func (r *reader) start() {
	r.read.Handler = proactor.HandlerFunc(r.onLength)
	r.stream.ReadFull(&r.read, r.length[:])
}

func (r *reader) onLength(op *proactor.Operation) {
	if op.Err() != nil { // io.EOF between two messages, io.ErrUnexpectedEOF within one
		fmt.Println(op.Err())
		r.stream.Dispatcher().Stop()
		return
	}
	r.body = make([]byte, binary.BigEndian.Uint32(r.length[:])) // check a length that comes from the network first
	op.Handler = proactor.HandlerFunc(r.onBody)
	r.stream.ReadFull(op, r.body)
}

func (r *reader) onBody(op *proactor.Operation) {
	if op.Err() != nil {
		fmt.Println(op.Err())
		return
	}
	fmt.Printf("%q\n", r.body)
	r.start()
}

func ExampleHandle_ReadFull() {
	d, err := proactor.New(proactor.Options{Backend: proactor.Named("sim")})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer d.Close()
	client, server := joined(d)
	(&reader{stream: server}).start()

	write := proactor.Operation{Handler: proactor.HandlerFunc(func(op *proactor.Operation) {
		fmt.Println("written:", op.N())
		client.Close()
	})}
	client.WriteAll(&write, []byte("\x00\x00\x00\x05hello\x00\x00\x00\x09proactor!"))
	d.Run()
	// Output:
	// written: 22
	// "hello"
	// "proactor!"
	// EOF
}
