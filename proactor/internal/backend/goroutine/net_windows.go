package goroutine

import (
	"io"
	"net"
	"net/netip"
	"os"
	"syscall"

	"github.com/actum-go/actum/proactor/internal/sys"
)

// rawPipe reads and writes a pipe without waiting. The RawConn of package os waits
// only for sockets.
type rawPipe struct {
	syscall.RawConn
	f *os.File
}

func newRawPipe(p pipe) syscall.RawConn {
	raw, err := p.SyscallConn()
	if err != nil {
		return nil
	}
	return rawPipe{raw, p.File}
}

// Read calls f until f is done, and waits for bytes in between: a read of zero
// bytes ends when bytes are available.
func (r rawPipe) Read(f func(fd uintptr) bool) error {
	for {
		done := false
		if err := r.Control(func(fd uintptr) { done = f(fd) }); err != nil || done {
			return err
		}
		if _, err := r.f.Read(nil); err != nil && err != io.EOF {
			return err
		}
	}
}

// Write calls f once. Package os writes what cannot be written at once.
func (r rawPipe) Write(f func(fd uintptr) bool) error {
	return r.Control(func(fd uintptr) { f(fd) })
}

// readUDP receives a datagram. On Windows an error reports that the datagram was
// cut, and its source is then unknown. Package net receives nothing into an empty
// buffer.
func readUDP(c *net.UDPConn, b []byte) (n, flags int, from netip.AddrPort, err error) {
	if len(b) > 0 {
		n, from, err = c.ReadFromUDPAddrPort(b)
		return n, 0, from, err
	}
	var room [1]byte
	if n, from, err = c.ReadFromUDPAddrPort(room[:]); n > 0 {
		err = sys.ErrCut
	}
	return 0, 0, from, err
}
