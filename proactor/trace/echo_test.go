package trace_test

import (
	"testing"

	"github.com/actum-go/actum/proactor"
)

// echo is a conversation on one dispatcher: a client sends, and a server sends
// back, for a number of rounds. Then it stops the dispatcher.
type echo struct {
	d               *proactor.Dispatcher
	accept, connect proactor.Operation
	client, server  end
	rounds          int
	err             error
}

type end struct {
	h           *proactor.Handle
	read, write proactor.Operation
	buf         [16]byte
}

func newEcho(t *testing.T, d *proactor.Dispatcher, rounds int) *echo {
	t.Helper()
	e := &echo{d: d, rounds: rounds}
	for _, op := range []*proactor.Operation{&e.accept, &e.connect, &e.client.read, &e.client.write, &e.server.read, &e.server.write} {
		op.Handler = e
	}
	ln, err := d.Listen("tcp", "127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	ln.Accept(&e.accept)
	d.Connect(&e.connect, "tcp", ln.LocalAddr().String(), nil)
	return e
}

func (e *echo) HandleCompletion(op *proactor.Operation) {
	c, s := &e.client, &e.server
	switch {
	case op.Err() != nil:
		if e.rounds > 0 {
			e.err = op.Err()
			e.d.Stop()
		}
	case op == &e.accept:
		s.h = op.Handle()
		s.h.Read(&s.read, s.buf[:])
	case op == &e.connect:
		c.h = op.Handle()
		c.h.Write(&c.write, c.buf[:])
	case op == &s.read:
		s.h.Write(&s.write, s.buf[:op.N()])
	case op == &s.write:
		s.h.Read(&s.read, s.buf[:])
	case op == &c.write:
		c.h.Read(&c.read, c.buf[:])
	case e.rounds == 1:
		e.rounds = 0
		e.d.Stop()
	default:
		e.rounds--
		c.h.Write(&c.write, c.buf[:])
	}
}
