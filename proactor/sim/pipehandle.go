package sim

import (
	"errors"
	"fmt"
	"os"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// pipeNetwork is the network of a connection that is a pipe.
const pipeNetwork = "pipe"

// Pipe makes a pipe: a connection with one direction.
func (b *attachment) Pipe() (r, w backend.Handle, err error) {
	n := b.net
	n.mu.Lock()
	defer n.mu.Unlock()
	if b.closed {
		return nil, nil, backend.ErrBackendClosed
	}
	c := &connection{net: n, network: pipeNetwork}
	id := n.ident('c')
	c.ends[0] = stream{conn: c, in: &c.pipes[1], out: &c.pipes[0], handle: handle{net: n, b: b, who: id}}
	id.letter = 'a'
	c.ends[1] = stream{conn: c, in: &c.pipes[0], out: &c.pipes[1], handle: handle{net: n, b: b, who: id}}
	for i := range c.pipes {
		c.pipes[i].init(&c.ends[i], &c.ends[1-i], n.capacity(0, 0))
	}
	c.pipes[1].missing = true
	b.addHandle(&c.ends[0])
	b.addHandle(&c.ends[1])
	return &c.ends[1], &c.ends[0], nil
}

// resetsNow decides whether a connection is reset now. Pipes are never reset.
func (c *connection) resetsNow(who ident) bool {
	return c.network != pipeNetwork && c.net.chance(resetConn, who)
}

// Adopt fails: a simulation has no files of the system.
func (b *attachment) Adopt(f *os.File) (backend.Handle, error) { return refuse(f, "use Pipe") }

// AdoptFile fails: the disk is simulated too.
func (b *attachment) AdoptFile(f backend.SystemFile) (backend.Handle, error) {
	return refuse(f, "use OpenFile")
}

func refuse(f backend.SystemFile, advice string) (backend.Handle, error) {
	err := fmt.Errorf("sim has nothing of the system's: %s: %w", advice, errors.ErrUnsupported)
	return nil, &os.PathError{Op: "adopt", Path: f.Name(), Err: err}
}

// CloseWrite ends the outgoing direction after the writes started before.
func (s *stream) CloseWrite() error {
	n := s.conn.net
	n.mu.Lock()
	defer n.mu.Unlock()
	n.readClock()
	if s.conn.network == pipeNetwork {
		return backend.ErrNotSocket
	}
	if s.closed != nil {
		return s.closed
	}
	s.out.ending = true
	s.out.run()
	return nil
}
