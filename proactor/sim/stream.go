package sim

import (
	"fmt"
	"net"
	"os"
	"syscall"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// connection is two pipes and their two ends.
type connection struct {
	net     *Network
	network string
	pipes   [2]pipe   // pipe 0 carries what the connecting end writes
	ends    [2]stream // end 0 is the connecting end
}

// newConnection connects the backend that dials to the one that listens.
func newConnection(d *dial, l *listener) *connection {
	n := d.dir.b.net
	c := &connection{net: n, network: d.args.Network}
	id := n.ident('c')
	local, remote := d.from.addr(), d.to.addr()
	c.ends[0] = stream{conn: c, in: &c.pipes[1], out: &c.pipes[0], handle: handle{net: n, b: d.dir.b, who: id, local: local, remote: remote}}
	id.letter = 'a'
	c.ends[1] = stream{conn: c, in: &c.pipes[0], out: &c.pipes[1], handle: handle{net: n, b: l.b, who: id, local: remote, remote: local}, from: l}
	c.ends[1].self, c.ends[1].arrival.owner = &c.ends[1], &c.ends[1] // addHandle sets the self of end 0
	var near backend.SocketOptions
	if d.args.Socket != nil {
		near = *d.args.Socket
	}
	c.pipes[0].init(&c.ends[0], &c.ends[1], n.capacity(near.SendBuffer, l.options.RecvBuffer))
	c.pipes[1].init(&c.ends[1], &c.ends[0], n.capacity(l.options.SendBuffer, near.RecvBuffer))
	return c
}

// capacity returns the size of a pipe, given the buffer sizes that its ends set.
func (n *Network) capacity(send, receive int) int {
	if send == 0 {
		send = (n.faults.Buffer + 1) / 2
	}
	if receive == 0 {
		receive = n.faults.Buffer / 2
	}
	return max(1, send+receive)
}

// reset breaks a connection: its data is lost, outstanding operations fail, and so
// do later ones.
func (c *connection) reset() {
	c.net.note(record{verb: verbReset, who: c.ends[0].who})
	for i := range c.pipes {
		c.pipes[i].empty()
		c.pipes[i].reset = true
	}
	for i := range c.pipes {
		c.pipes[i].run()
	}
}

// stream is one end of a connection.
type stream struct {
	handle
	conn    *connection
	in, out *pipe

	from    *listener // accepting end: its listener
	arrival event     // accepting end: when it reaches its listener
}

func (s *stream) fire(*event) { s.from.arrive(s) }

// TryRead reads what is available.
func (s *stream) TryRead(b []byte) (int, error) {
	n := s.conn.net
	n.mu.Lock()
	defer n.mu.Unlock()
	if err := s.try(&s.in.r, "TryRead"); err != nil {
		return 0, err
	}
	moved, err := s.in.tryRead(b)
	n.note(record{verb: verbTryRead, who: s.who, n: moved, of: len(b), err: err})
	s.in.run()
	return moved, err
}

// TryWrite writes what fits.
func (s *stream) TryWrite(b []byte) (int, error) {
	one := [1][]byte{b}
	return s.TryWriteV(one[:])
}

// TryWriteV writes what fits of several buffers.
func (s *stream) TryWriteV(v [][]byte) (int, error) {
	n := s.conn.net
	n.mu.Lock()
	defer n.mu.Unlock()
	if err := s.try(&s.out.w, "TryWrite"); err != nil {
		return 0, err
	}
	moved, err := s.out.tryWrite(v)
	n.note(record{verb: verbTryWrite, who: s.who, n: moved, of: total(v), err: err})
	s.out.run()
	return moved, err
}

// try checks whether a Try method may run in direction h.
func (s *stream) try(h *direction, what string) error {
	n := s.conn.net
	n.readClock()
	if s.closed != nil {
		return s.closed
	}
	if h.outstanding > 0 {
		panic(fmt.Sprintf("sim: %s on %v beside an outstanding operation of the same direction: one at a time\n%s",
			what, s, n.traceText()))
	}
	if h == &s.out.w && s.out.ending {
		return backend.ErrWriteClosed
	}
	if n.chance(wouldBlock, s.who) {
		return backend.ErrWouldBlock
	}
	return nil
}

func (s *stream) directions() []*direction { return []*direction{&s.in.r, &s.out.w} }

// closeWith closes this end. The peer reads what was sent and then the end of the
// stream, or a reset if data of the peer is unread.
func (s *stream) closeWith(err error) {
	s.conn.net.note(record{verb: verbClose, who: s.who})
	s.failAll(err)
	s.b.removeHandle(s)
	unread := s.in.readable() > 0
	s.in.closeReader()
	s.out.closeWriter(unread)
}

func (s *stream) String() string { return fmt.Sprintf("%v of %v", s.who, s.b) }

// errno returns an error in the form of package net, or of package os for a pipe.
func (s *stream) errno(call string, e syscall.Errno) error {
	if s.conn.network == pipeNetwork {
		if e == backend.EPIPE {
			e = backend.ENOREADER
		}
		return &os.PathError{Op: call, Path: pipeNetwork, Err: e}
	}
	return &net.OpError{Op: call, Net: s.conn.network, Source: s.local, Addr: s.remote, Err: os.NewSyscallError(call, e)}
}
