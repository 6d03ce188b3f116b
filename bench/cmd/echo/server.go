package main

import (
	"errors"
	"net"
	"time"

	"github.com/actum-go/actum/bench/internal/echo"
	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/group"
)

// pause is how long to wait after an accept that failed: the system may have no
// descriptors left, and then another attempt at once would fail, too.
const pause = 10 * time.Millisecond

// buffers is how many requests may be under way at a time. When they are all in
// use further receives wait, and clients are held back.
const buffers = 1024

// server is the initiator and the handler of the accepts.
type server struct {
	group    *group.Group
	listener *proactor.Handle
	accept   proactor.Operation
	later    proactor.Operation
	pool     *proactor.BufferPool
	strands  bool
	accepted uint64
}

func newServer(g *group.Group, listener *proactor.Handle, strands bool) *server {
	s := &server{group: g, listener: listener, strands: strands, pool: proactor.NewBufferPool(echo.BufferSize, buffers)}
	s.accept.Handler = s
	s.later.Handler = proactor.HandlerFunc(func(*proactor.Operation) { s.start() })
	return s
}

// start starts the next accept.
func (s *server) start() { s.listener.Accept(&s.accept) }

// HandleCompletion begins to serve a new connection, and starts the next accept.
func (s *server) HandleCompletion(op *proactor.Operation) {
	switch err := op.Err(); {
	case err == nil:
		s.serve(op.Handle())
		s.start()
	case !errors.Is(err, net.ErrClosed):
		s.listener.Dispatcher().StartTimer(&s.later, pause)
	}
}

// serve gives a connection to the next dispatcher.
func (s *server) serve(h *proactor.Handle) {
	s.accepted++
	if len(s.group.Dispatchers()) > 1 {
		if err := s.group.Place(h, s.accepted); err != nil {
			h.Close()
			return
		}
	}
	c := newConn(h, s.pool)
	if s.strands {
		strand := h.Dispatcher().NewStrand()
		c.incoming.SetStrand(strand)
		c.outgoing.SetStrand(strand)
	}
	c.receive()
}
