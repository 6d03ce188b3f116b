package zmq_test

import (
	"testing"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq"
)

// A program may close a dispatcher that it has found, under the sockets that work on
// it. They stop to connect and to accept, and can still be closed.
func TestDispatcherClosedUnderSockets(t *testing.T) {
	ctx, err := zmq.NewContext(zmq.ContextOptions{})
	if err != nil {
		t.Fatal(err)
	}
	all := proactor.Dispatchers()
	d := all[len(all)-1]
	pull, err := ctx.NewSocket(zmq.PULL, zmq.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := pull.Bind("tcp://127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	push, err := ctx.NewSocket(zmq.PUSH, zmq.Options{Linger: zmq.NoLinger})
	if err != nil {
		t.Fatal(err)
	}
	if err := push.Connect("ipc://" + t.TempDir() + "/absent"); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	if err := ctx.Close(); err != nil {
		t.Error(err)
	}
}
