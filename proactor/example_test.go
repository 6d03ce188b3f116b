package proactor_test

import (
	"fmt"

	"github.com/actum-go/actum/proactor"
)

// greeter is both ends of one stream. The operations live in it and are used
// again; the handlers are all called by Run, so that nothing here needs a lock.
type greeter struct {
	d               *proactor.Dispatcher
	listener        *proactor.Handle
	accept, connect proactor.Operation
	read, write     proactor.Operation
	buf             [64]byte
}

// HandleCompletion is told of every operation: op says which one.
func (g *greeter) HandleCompletion(op *proactor.Operation) {
	if op.Err() != nil {
		fmt.Println(op.Kind(), op.Err())
		g.d.Stop()
		return
	}
	switch op.Kind() {
	case proactor.KindConnect:
		op.Accepted().Write(&g.write, []byte("hello, proactor"))
	case proactor.KindAccept:
		op.Accepted().Read(&g.read, g.buf[:])
	case proactor.KindRead:
		fmt.Printf("%s\n", g.buf[:op.N()])
		g.d.Stop()
	}
}

func Example() {
	d, err := proactor.New(proactor.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer d.Close()

	g := &greeter{d: d}
	for _, op := range []*proactor.Operation{&g.accept, &g.connect, &g.read, &g.write} {
		op.Handler = g
	}
	g.listener, err = d.Listen("tcp", "127.0.0.1:0", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	g.listener.Accept(&g.accept)
	d.Connect(&g.connect, "tcp", g.listener.LocalAddr().String(), nil)
	if err := d.Run(); err != nil {
		fmt.Println(err)
	}
	// Output: hello, proactor
}
