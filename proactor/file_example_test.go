package proactor_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/sim"
)

// notes is a file that is written, synced, and read back, one operation after the
// other: operations on files have no order of their own.
type notes struct {
	op   proactor.Operation
	file *proactor.Handle
	buf  [64]byte
}

func (n *notes) HandleCompletion(op *proactor.Operation) {
	if op.Err() != nil {
		fmt.Println(op.Err())
		n.file.Dispatcher().Stop()
		return
	}
	switch op.Kind() {
	case proactor.KindOpen:
		n.file = op.Handle()
		n.file.WriteAt(op, []byte("remember the milk"), 0)
	case proactor.KindWriteAt:
		n.file.SyncData(op)
	case proactor.KindSync:
		n.file.ReadAt(op, n.buf[:], 9)
	case proactor.KindReadAt:
		fmt.Printf("%s\n", n.buf[:op.N()])
		n.file.Close()
		n.file.Dispatcher().Stop()
	}
}

func ExampleDispatcher_OpenFile() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	d, err := proactor.New(proactor.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer d.Close()

	n := new(notes)
	n.op.Handler = n
	d.OpenFile(&n.op, filepath.Join(dir, "notes"), os.O_RDWR|os.O_CREATE, 0o600)
	if err := d.Run(); err != nil {
		fmt.Println(err)
	}
	// Output: the milk
}

// A file is sent as the body of a response: header, file and trailer are one operation.
// The bytes of the file are not copied through the program if the system can send them
// itself.
func ExampleHandle_TransmitFile() {
	net := sim.NewNetwork(1, sim.Mild()) // any backend will do
	net.WriteFile("index.html", []byte("<h1>actum</h1>"))
	d, err := proactor.New(proactor.Options{Backend: net})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer d.Close()

	in, out, err := d.Pipe()
	if err != nil {
		fmt.Println(err)
		return
	}
	var answer proactor.Transmission
	var open, send, read proactor.Operation
	open.Handler = proactor.HandlerFunc(func(op *proactor.Operation) {
		answer = proactor.Transmission{Header: []byte("200 OK\n"), File: op.Handle(), Trailer: []byte("\nbye")}
		out.TransmitFile(&send, &answer)
	})
	send.Handler = proactor.HandlerFunc(func(op *proactor.Operation) {
		answer.File.Close()
		out.Close()
	})
	var got []byte
	buf := make([]byte, 10)
	read.Handler = proactor.HandlerFunc(func(op *proactor.Operation) {
		if op.Err() == io.EOF {
			d.Stop()
			return
		}
		got = append(got, buf[:op.N()]...)
		in.Read(op, buf)
	})
	in.Read(&read, buf)
	d.OpenFile(&open, "index.html", os.O_RDONLY, 0)
	if err := d.Run(); err != nil {
		fmt.Println(err)
	}
	fmt.Printf("%s\n%d bytes sent\n", got, send.N())
	// Output:
	// 200 OK
	// <h1>actum</h1>
	// bye
	// 25 bytes sent
}
