package proactor

import "github.com/actum-go/actum/proactor/internal/backend"

// Connect makes a stream to an address, in op.Accepted. network is "tcp",
// "tcp4", "tcp6" (address is a literal IP:port: names are for the caller to
// look up) or "unix" (a path, or @name for an abstract one). On a network of
// datagrams it makes a connected handle of those: see ListenPacket. o may be nil.
func (d *Dispatcher) Connect(op *Operation, network, address string, o *SocketOptions) {
	d.begin(op, KindConnect)
	op.op.Handle = nil
	op.op.Args = &backend.ConnectArgs{Network: network, Address: address, Socket: o}
	d.start(op)
}

// Listen makes a listener; see Connect for network and address. Port 0 takes a
// free one: LocalAddr says which. The file of a "unix" listener is removed when
// the handle is closed, unless another one has taken its place.
func (d *Dispatcher) Listen(network, address string, o *SocketOptions) (*Handle, error) {
	if d.closed.Load() {
		return nil, closedError("listen on " + network + " " + address)
	}
	h, err := d.backend.Listen(network, address, o)
	if err != nil {
		return nil, err
	}
	return d.newHandle(h), nil
}
