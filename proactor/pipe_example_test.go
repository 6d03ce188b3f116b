//go:build !windows

package proactor_test

import (
	"context"
	"fmt"
	"io"

	"github.com/actum-go/actum/proactor"
)

// A pipe joins two parts of a program, one of which may be a child process. Files
// that are open already, such as os.Stdin, become handles with Adopt.
func ExampleDispatcher_Pipe() {
	d, err := proactor.New(proactor.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer d.Close()
	r, w, err := d.Pipe()
	if err != nil {
		fmt.Println(err)
		return
	}

	buf, done := make([]byte, 64), false
	write := proactor.Operation{Handler: proactor.HandlerFunc(func(*proactor.Operation) { w.Close() })}
	read := proactor.Operation{Handler: proactor.HandlerFunc(func(op *proactor.Operation) {
		if op.Err() == io.EOF {
			done = true
			return
		}
		fmt.Printf("read %q\n", buf[:op.N()])
		r.Read(op, buf)
	})}
	r.Read(&read, buf)
	w.Write(&write, []byte("through the pipe"))
	for !done {
		d.RunOne(context.Background())
	}
	// Output: read "through the pipe"
}

// One end ends its writing side, and continues to read.
func ExampleHandle_CloseWrite() {
	d, err := proactor.New(proactor.Options{Backend: proactor.Named("sim")})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer d.Close()
	client, server := joined(d)

	question, answer := make([]byte, 64), make([]byte, 64)
	n := 0
	serve := proactor.Operation{Handler: proactor.HandlerFunc(func(op *proactor.Operation) {
		if op.Err() == io.EOF { // the question is complete
			server.TryWrite([]byte("that was " + string(question[:n])))
			server.Close()
			return
		}
		n += op.N()
		server.Read(op, question[n:])
	})}
	read := proactor.Operation{Handler: proactor.HandlerFunc(func(op *proactor.Operation) {
		fmt.Printf("%s\n", answer[:op.N()])
	})}
	server.Read(&serve, question)
	client.TryWrite([]byte("a question"))
	client.CloseWrite()
	client.Read(&read, answer)
	for read.Outstanding() {
		d.RunOne(context.Background())
	}
	// Output: that was a question
}
