package main

import "github.com/actum-go/actum/proactor"

// server is the initiator and the handler of the accepts.
type server struct {
	listener *proactor.Handle
	accept   proactor.Operation
}

func (s *server) start(listener *proactor.Handle) {
	s.listener = listener
	s.accept.Handler = s
	listener.Accept(&s.accept)
}

// HandleCompletion has a new connection read, and asks for the next one.
func (s *server) HandleCompletion(op *proactor.Operation) {
	if op.Err() != nil {
		return
	}
	newConn(op.Accepted()).read()
	s.listener.Accept(op)
}
