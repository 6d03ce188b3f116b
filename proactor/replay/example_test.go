package replay_test

import (
	"bytes"
	"fmt"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/replay"
)

// greeter is both ends of one stream, and the handler of all of its operations.
type greeter struct {
	d               *proactor.Dispatcher
	listener        *proactor.Handle
	accept, connect proactor.Operation
	read, write     proactor.Operation
	buf             [64]byte
}

func (g *greeter) HandleCompletion(op *proactor.Operation) {
	if op.Err() != nil {
		fmt.Println(op.Kind(), op.Err())
		g.d.Stop()
		return
	}
	switch op.Kind() {
	case proactor.KindConnect:
		op.Handle().Write(&g.write, []byte("hello, proactor"))
	case proactor.KindAccept:
		op.Handle().Read(&g.read, g.buf[:])
	case proactor.KindRead:
		fmt.Printf("%s\n", g.buf[:op.N()])
		g.d.Stop()
	}
}

// A run over tcp is recorded in a journal and replayed without a network.
func ExampleToJournal() {
	greet := func(b proactor.Backend) {
		d, err := proactor.New(proactor.Options{Backend: b})
		if err != nil {
			fmt.Println(err)
			return
		}
		g := &greeter{d: d}
		for _, op := range []*proactor.Operation{&g.accept, &g.connect, &g.read, &g.write} {
			op.Handler = g
		}
		if g.listener, err = d.Listen("tcp", "127.0.0.1:0", nil); err != nil {
			fmt.Println(err)
			return
		}
		g.listener.Accept(&g.accept)
		d.Connect(&g.connect, "tcp", g.listener.LocalAddr().String(), nil)
		d.Run()
		d.Close()
	}
	var journal bytes.Buffer
	greet(replay.ToJournal(&journal, nil))
	greet(replay.FromJournal(&journal, replay.Options{}))
	// Output:
	// hello, proactor
	// hello, proactor
}
