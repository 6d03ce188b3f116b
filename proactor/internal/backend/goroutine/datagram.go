package goroutine

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// packet is a datagram handle.
type packet struct {
	b         *Backend
	conn      packetConn
	udp       *net.UDPConn  // one of udp and unix is set
	unix      *net.UnixConn // package net allocates the path of each datagram
	connected bool
	in, out   opQueue
	file      sys.SocketFile // of a path
	closing   sync.Mutex     // held by Close, so that a second Close returns after the first
	closed    atomic.Bool
}

// packetConn has the common methods of the two kinds of connections.
type packetConn interface {
	net.Conn
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
}

// ListenPacket implements backend.Backend.
func (b *Backend) ListenPacket(network, address string, o *backend.SocketOptions) (backend.Handle, error) {
	if err := backend.CheckPacketAddress(network, address); err != nil {
		return nil, &net.OpError{Op: "listen", Net: network, Err: err}
	}
	var config net.ListenConfig
	if o != nil {
		config.Control = socketOptions(o)
	}
	if !backend.IsUnix(network) {
		network = family(network, address)
	}
	conn, err := config.ListenPacket(context.Background(), network, address)
	if err != nil {
		return nil, err
	}
	return b.newPacket(conn.(packetConn), network, sys.SocketFileOf(conn.LocalAddr()))
}

// newPacket makes a handle of conn, which it owns from then on.
func (b *Backend) newPacket(conn net.Conn, network string, file sys.SocketFile) (backend.Handle, error) {
	p := &packet{b: b, conn: conn, file: file, connected: conn.RemoteAddr() != nil}
	if backend.IsUnix(network) {
		p.unix = conn.(*net.UnixConn)
	} else {
		p.udp = conn.(*net.UDPConn)
	}
	p.in.init(b, p.receive, conn.SetReadDeadline)
	p.out.init(b, p.send, conn.SetWriteDeadline)
	if !b.handles.Add(p) {
		file.Remove()
		conn.Close()
		return nil, backend.ErrBackendClosed
	}
	return p, nil
}

func (p *packet) queue(k backend.Kind) *opQueue {
	switch k {
	case backend.KindReceiveFrom:
		return &p.in
	case backend.KindSendTo:
		return &p.out
	}
	return nil
}

// receive carries out a receive-from.
func (p *packet) receive(op *backend.Op) {
	args := op.Datagram()
	var flags int
	if p.udp != nil {
		var from netip.AddrPort
		op.N, flags, from, op.Err = readUDP(p.udp, op.Buf)
		args.Addr = backend.PacketAddr{AddrPort: netip.AddrPortFrom(from.Addr().Unmap(), from.Port())}
	} else {
		var from *net.UnixAddr
		op.N, _, flags, from, op.Err = p.unix.ReadMsgUnix(op.Buf, nil)
		args.Addr = backend.PacketAddr{}
		if from != nil {
			args.Addr.Path = from.Name
		}
	}
	op.N = max(op.N, 0)
	args.Truncated = sys.Truncated(flags, op.Err)
	if args.Truncated {
		op.N, op.Err = len(op.Buf), nil
	}
}

// send carries out a send-to.
func (p *packet) send(op *backend.Op) {
	to := op.Datagram().Addr
	switch {
	case p.connected && to.IsValid():
		op.Err = &net.OpError{Op: "write", Net: p.conn.LocalAddr().Network(), Source: p.LocalAddr(), Addr: p.RemoteAddr(), Err: net.ErrWriteToConnected}
	case p.connected:
		op.N, op.Err = p.conn.Write(op.Buf)
	case p.udp != nil:
		op.N, op.Err = p.udp.WriteToUDPAddrPort(op.Buf, to.AddrPort)
	default:
		op.N, _, op.Err = p.unix.WriteMsgUnix(op.Buf, nil, &net.UnixAddr{Name: to.Path, Net: "unixgram"})
	}
	op.N = max(op.N, 0)
}

func (p *packet) TryRead([]byte) (int, error)     { return 0, backend.ErrWrongHandle }
func (p *packet) TryWrite([]byte) (int, error)    { return 0, backend.ErrWrongHandle }
func (p *packet) TryWriteV([][]byte) (int, error) { return 0, backend.ErrWrongHandle }
func (p *packet) CloseWrite() error               { return backend.ErrNotSocket }

func (p *packet) LocalAddr() net.Addr  { return p.conn.LocalAddr() }
func (p *packet) RemoteAddr() net.Addr { return p.conn.RemoteAddr() }

func (p *packet) Cancel() {
	p.in.cancelAll()
	p.out.cancelAll()
}

func (p *packet) Close() error {
	p.closing.Lock()
	defer p.closing.Unlock()
	if p.closed.Swap(true) {
		return nil
	}
	defer p.b.handles.Remove(p) // last: until then Backend.Close waits for it
	p.failAll(p.b.closedError())
	p.file.Remove()
	return p.conn.Close()
}

func (p *packet) failAll(err error) {
	p.in.close(err)
	p.out.close(err)
}
