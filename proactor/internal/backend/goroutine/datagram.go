package goroutine

import (
	"context"
	"net"
	"net/netip"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// packet is a datagram handle.
type packet struct {
	endpoint
	backend.NoStream
	conn net.Conn
	udp  *net.UDPConn  // one of udp and unix is set
	unix *net.UnixConn // package net allocates the path of each datagram
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
	return b.newPacket(conn.(net.Conn), network, sys.SocketFileOf(conn.LocalAddr()))
}

// newPacket makes a handle of conn, which it owns from then on.
func (b *Backend) newPacket(conn net.Conn, network string, file sys.SocketFile) (backend.Handle, error) {
	p := &packet{conn: conn}
	p.endpoint = endpoint{b: b, conn: conn, local: conn.LocalAddr(), remote: conn.RemoteAddr(), packet: true, file: file}
	if backend.IsUnix(network) {
		p.unix = conn.(*net.UnixConn)
	} else {
		p.udp = conn.(*net.UDPConn)
	}
	p.serve(backend.In, p.receive, conn.SetReadDeadline)
	p.serve(backend.Out, p.send, conn.SetWriteDeadline)
	return p.open(p)
}

func (p *packet) moveTo(b *Backend) (backend.Handle, error) {
	return b.newPacket(p.conn, p.local.Network(), p.file)
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
	case p.remote != nil && to.IsValid():
		op.Err = &net.OpError{Op: "write", Net: p.local.Network(), Source: p.local, Addr: p.remote, Err: net.ErrWriteToConnected}
	case p.remote != nil:
		op.N, op.Err = p.conn.Write(op.Buf)
	case p.udp != nil:
		op.N, op.Err = p.udp.WriteToUDPAddrPort(op.Buf, to.AddrPort)
	default:
		op.N, _, op.Err = p.unix.WriteMsgUnix(op.Buf, nil, &net.UnixAddr{Name: to.Path, Net: "unixgram"})
	}
	op.N = max(op.N, 0)
}

// CloseWrite implements backend.Handle.
func (p *packet) CloseWrite() error { return backend.ErrNotSocket }
