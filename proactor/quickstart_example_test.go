package proactor_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/actum-go/actum/proactor"
)

// The code of docs/proactor-quickstart.md, which TestQuickstart compares.

func Example_quickstartTimer() {
	d, err := proactor.New(proactor.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer d.Close()

	var timer proactor.Operation
	timer.Handler = proactor.HandlerFunc(func(op *proactor.Operation) {
		fmt.Println(op.Kind(), "has expired:", op.Err())
		d.Stop()
	})
	d.StartTimer(&timer, 10*time.Millisecond) // returns at once
	d.Run()                                   // calls handlers until Stop
	// Output: timer has expired: <nil>
}

// server accepts visitors and sends their bytes back.
type server struct {
	d        *proactor.Dispatcher
	listener *proactor.Handle
	accept   proactor.Operation
	pause    proactor.Operation
}

func newServer(d *proactor.Dispatcher, address string) (*server, error) {
	listener, err := d.Listen("tcp", address, nil)
	if err != nil {
		return nil, err
	}
	s := &server{d: d, listener: listener}
	s.accept.Handler = proactor.HandlerFunc(s.onAccept)
	s.pause.Handler = proactor.HandlerFunc(func(*proactor.Operation) { listener.Accept(&s.accept) })
	listener.Accept(&s.accept)
	return s, nil
}

func (s *server) onAccept(op *proactor.Operation) {
	switch {
	case op.Err() == nil:
		newVisitor(op.Handle())
		s.listener.Accept(op) // the next one, with the same operation
	case errors.Is(op.Err(), net.ErrClosed): // the listener, or the dispatcher
	default: // for example: descriptors have run out
		s.d.StartTimer(&s.pause, 50*time.Millisecond)
	}
}

// visitor is one connection. Its operations and its buffer are fields that are used
// again and again.
type visitor struct {
	stream      *proactor.Handle
	read, write proactor.Operation
	buf         [4096]byte
}

func newVisitor(stream *proactor.Handle) {
	v := &visitor{stream: stream}
	v.read.Handler = proactor.HandlerFunc(v.onRead)
	v.write.Handler = proactor.HandlerFunc(v.onWritten)
	v.read.SetTimeout(time.Minute) // of each read: a silent visitor is disconnected
	stream.Read(&v.read, v.buf[:])
}

func (v *visitor) onRead(op *proactor.Operation) {
	if op.Err() != nil { // io.EOF at the end of the stream
		v.stream.Close()
		return
	}
	v.stream.WriteAll(&v.write, v.buf[:op.N()]) // Write may be short
}

func (v *visitor) onWritten(op *proactor.Operation) {
	if op.Err() != nil {
		v.stream.Close()
		return
	}
	v.stream.Read(&v.read, v.buf[:])
}

// call asks an echo server one question. One Cancel ends all of its operations.
type call struct {
	proactor.CancelGroup
	d                    *proactor.Dispatcher
	stream               *proactor.Handle
	connect, write, read proactor.Operation
	question, answer     []byte
}

func (c *call) start(address string) {
	for op, handler := range map[*proactor.Operation]proactor.HandlerFunc{
		&c.connect: c.onConnect, &c.write: c.onWritten, &c.read: c.onRead,
	} {
		op.Handler = handler
		op.SetCancelGroup(&c.CancelGroup)
	}
	c.connect.SetTimeout(5 * time.Second)
	c.d.Connect(&c.connect, "tcp", address, nil)
}

func (c *call) onConnect(op *proactor.Operation) {
	if op.Err() != nil {
		c.end(op.Err())
		return
	}
	c.stream = op.Handle()
	c.answer = make([]byte, len(c.question))
	c.stream.WriteAll(&c.write, c.question) // at the same time: the two directions
	c.stream.ReadFull(&c.read, c.answer)    // of a stream are independent
}

func (c *call) onWritten(op *proactor.Operation) {
	if op.Err() != nil {
		c.stream.Close() // so that the read ends, too
	}
}

func (c *call) onRead(op *proactor.Operation) {
	fmt.Printf("%s", c.answer[:op.N()])
	c.end(op.Err())
}

// end cancels the remaining operations, and lets Run return.
func (c *call) end(err error) {
	c.Cancel()
	if c.stream != nil {
		c.stream.Close()
	}
	fmt.Println(" --", err)
	c.d.Stop()
}

func Example_quickstartEcho() {
	d, err := proactor.New(proactor.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer d.Close() // ends everything that is outstanding, also the server's accept

	s, err := newServer(d, "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	c := &call{d: d, question: []byte("Is anyone there?")}
	c.start(s.listener.LocalAddr().String())
	d.Run()
	// Output: Is anyone there? -- <nil>
}

func Example_quickstartFile() {
	d, err := proactor.New(proactor.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer d.Close()

	var file *proactor.Handle
	var read, open proactor.Operation
	buf, offset := make([]byte, 32), int64(0)
	read.Handler = proactor.HandlerFunc(func(op *proactor.Operation) {
		fmt.Printf("%s", buf[:op.N()])
		if offset += int64(op.N()); op.Err() == nil {
			file.ReadAt(op, buf, offset)
			return
		}
		fmt.Println(op.Err() == io.EOF)
		file.Close()
		d.Stop()
	})
	open.Handler = proactor.HandlerFunc(func(op *proactor.Operation) {
		if op.Err() != nil {
			fmt.Println(op.Err())
			d.Stop()
			return
		}
		file = op.Handle()
		file.ReadAt(&read, buf, offset)
	})
	d.OpenFile(&open, "testdata/poem.txt", os.O_RDONLY, 0)
	d.Run()
	// Output:
	// A caller does not wait at the door;
	// the one who was asked will call.
	// true
}
