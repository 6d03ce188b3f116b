package replay

import (
	"io/fs"
	"net"
	"net/netip"

	"github.com/actum-go/actum/proactor/internal/backend"
)

func mode(n int64) fs.FileMode { return fs.FileMode(n) }

// datagram writes the source of a datagram, and whether it was truncated.
func (j *writer) datagram(d *backend.Datagram) {
	j.string(d.Addr.Path)
	at, _ := d.Addr.AddrPort.MarshalBinary() // MarshalBinary never fails
	j.bytes(at)
	if d.Truncated {
		j.int(1)
	} else {
		j.int(0)
	}
}

// datagram reads what writer.datagram wrote.
func (j *reader) datagram(d *backend.Datagram) {
	d.Addr.Path = string(j.bytes())
	if err := d.Addr.AddrPort.UnmarshalBinary(j.bytes()); err != nil && j.err == nil {
		j.err = err
	}
	d.Truncated = j.int() != 0
}

// address writes an address, which may be nil.
func (j *writer) address(a net.Addr) {
	if a == nil {
		j.string("")
		return
	}
	j.string(a.Network())
	j.string(a.String())
}

// address reads what writer.address wrote: a *net.TCPAddr or a *net.UnixAddr.
func (j *reader) address() net.Addr {
	network := string(j.bytes())
	if network == "" {
		return nil
	}
	text := string(j.bytes())
	if at, err := netip.ParseAddrPort(text); err == nil && network == "tcp" {
		return net.TCPAddrFromAddrPort(at)
	}
	return &net.UnixAddr{Name: text, Net: network}
}
