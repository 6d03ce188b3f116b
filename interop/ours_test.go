package interop

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"syscall"

	"github.com/actum-go/actum/interop/internal/flow"
	"github.com/actum-go/actum/zmq"
)

// local is our own socket as a peer, in a context of its own.
type local struct {
	ctx     context.Context // the fixture's
	giveUp  func()          // ends ctx
	context *zmq.Context
	socket  *zmq.Socket
	end     func(linger bool) error // may be called again
}

func startOurs(s *fixture, socketType string, o options) peer {
	s.Helper()
	return newLocal(s, socketType, o, nil)
}

// newLocal makes our socket. The logger receives a record for each connection
// that ends.
func newLocal(s *fixture, socketType string, o options, logger *slog.Logger) *local {
	s.Helper()
	typ, err := zmq.ParseType(socketType)
	s.must(err)
	c, err := zmq.NewContext(zmq.ContextOptions{Logger: logger})
	s.must(err)
	p := &local{ctx: s.ctx, giveUp: s.cancel, context: c}
	var once sync.Once
	p.end = func(linger bool) (err error) {
		once.Do(func() { err = p.closeAll(linger) })
		return err
	}
	s.Cleanup(p.kill)
	p.socket, err = c.NewSocket(typ, zmq.Options{
		SendHWM: o.hwm, RecvHWM: o.hwm, Linger: o.linger, MaxFrameSize: o.maxSize,
		RoutingID: []byte(o.routingID), RouterMandatory: o.mandatory,
		RouterHandover: o.handover, ProbeRouter: o.probe,
		HeartbeatInterval: o.heartbeat, HeartbeatTimeout: o.timeout, HeartbeatTTL: o.timeout,
		ReqRelaxed: o.relaxed, ReqCorrelate: o.relaxed,
	})
	s.must(err)
	return p
}

// closeAll closes socket and context. Without linger, queued messages are lost.
func (p *local) closeAll(linger bool) error {
	var lost error
	if p.socket != nil && !linger {
		gone, cancel := context.WithCancel(context.Background())
		cancel()
		_ = p.socket.Shutdown(gone)
	} else if p.socket != nil {
		lost = p.socket.Close()
	}
	return errors.Join(lost, p.context.Close())
}

func (p *local) close() error { return p.end(true) }

// kill closes the socket while no process is being started: a child has a copy of
// every descriptor until it has executed its program, and a listener of which there is
// a copy keeps its port.
func (p *local) kill() {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	_ = p.end(false)
}

func (p *local) bind(endpoint string) (string, error) {
	err := p.socket.Bind(endpoint)
	return p.socket.LastEndpoint(), err
}

func (p *local) connect(endpoint string) error { return p.socket.Connect(endpoint) }
func (p *local) unbind(endpoint string) error {
	syscall.ForkLock.RLock() // see kill
	defer syscall.ForkLock.RUnlock()
	return p.socket.Unbind(endpoint)
}
func (p *local) disconnect(endpoint string) error { return p.socket.Disconnect(endpoint) }
func (p *local) subscribe(prefix string) error    { return p.socket.Subscribe(prefix) }
func (p *local) unsubscribe(prefix string) error  { return p.socket.Unsubscribe(prefix) }

func (p *local) send(f flow.Flow) error {
	for n := f.From; n < f.From+f.Count; n++ {
		if err := p.sendOne(f, n); err != nil {
			return err
		}
	}
	return nil
}

func (p *local) recv(f flow.Flow) error {
	for n := f.From; n < f.From+f.Count; n++ {
		if err := p.recvOne(f, n); err != nil {
			return err
		}
	}
	return nil
}

func (p *local) sendOne(f flow.Flow, n int) error {
	if err := p.socket.Send(p.ctx, zmq.NewMsg(f.Message(n)...)); err != nil {
		return fmt.Errorf("sending message %d: %w", n, err)
	}
	return nil
}

func (p *local) recvOne(f flow.Flow, n int) error {
	frames, err := p.socket.RecvFrames(p.ctx)
	if err != nil {
		return fmt.Errorf("receiving message %d: %w", n, err)
	}
	return f.Check(n, frames)
}

func (p *local) exchange(out, in flow.Flow) error {
	sent := make(chan error, 1)
	go func() { sent <- p.send(out) }()
	received := p.recv(in)
	if received != nil {
		p.giveUp()
	}
	return errors.Join(received, <-sent)
}

func (p *local) ask(f flow.Flow) error {
	for n := f.From; n < f.From+f.Count; n++ {
		if err := p.sendOne(f, n); err != nil {
			return err
		}
		if err := p.recvOne(f, n); err != nil {
			return err
		}
	}
	return nil
}

func (p *local) echo(count int) error {
	for range count {
		m, err := p.socket.Recv(p.ctx)
		if err != nil {
			return fmt.Errorf("receiving what to echo: %w", err)
		}
		if err := p.socket.Send(p.ctx, m); err != nil {
			return fmt.Errorf("echoing: %w", err)
		}
	}
	return nil
}

func (p *local) follow(whole, last int) (count, first int, err error) {
	seen := streams{whole: whole, low: -1, high: whole - 1}
	for ; seen.newest() < last; count++ {
		b, err := p.socket.RecvBytes(p.ctx)
		if err != nil {
			return count, first, fmt.Errorf("after number %d: %w", seen.newest(), err)
		}
		if len(b) != 8 {
			return count, first, fmt.Errorf("after number %d: no number: %.40q", seen.newest(), b)
		}
		n := int(binary.BigEndian.Uint64(b))
		if err := seen.add(n); err != nil {
			return count, first, err
		}
		if count == 0 {
			first = n
		}
	}
	return count, first, nil
}

// streams are the two of follow: the last number of each.
type streams struct{ whole, low, high int }

func (s *streams) newest() int {
	if s.high >= s.whole {
		return s.high
	}
	return s.low
}

func (s *streams) add(n int) error {
	switch {
	case n >= s.whole && n != s.high+1:
		return fmt.Errorf("number %d after %d", n, s.high)
	case n >= s.whole:
		s.high = n
	case n <= s.low:
		return fmt.Errorf("number %d after %d", n, s.low)
	default:
		s.low = n
	}
	return nil
}

func (p *local) say(frames ...string) error {
	return p.socket.Send(p.ctx, zmq.StringMsg(frames...))
}

func (p *local) attempt(frames ...string) error {
	return p.socket.TrySend(zmq.StringMsg(frames...))
}

func (p *local) hear() ([]string, error) {
	frames, err := p.socket.RecvFrames(p.ctx)
	var text []string
	for _, f := range frames {
		text = append(text, string(f))
	}
	return text, err
}
