//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package skeleton_test

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/skeleton"
)

var (
	socket = skeleton.Descriptor{Network: "tcp", Local: &net.TCPAddr{Port: 1}, Remote: &net.TCPAddr{Port: 2}}
	tube   = skeleton.Descriptor{Name: "tube"}
)

// The answer to a read or a write becomes a result: bytes, or an error and no bytes.
func TestResults(t *testing.T) {
	for _, test := range []struct {
		n           int
		errno       syscall.Errno
		read, write error
	}{
		{3, 0, nil, nil},
		{1, 0, nil, nil},
		{0, 0, io.EOF, nil},
		{-1, syscall.EAGAIN, backend.ErrWouldBlock, backend.ErrWouldBlock},
		{-1, syscall.ECONNRESET, syscall.ECONNRESET, syscall.ECONNRESET},
		{-1, syscall.EPERM, syscall.EPERM, syscall.EPERM},
	} {
		want := max(test.n, 0)
		if n, err := socket.ReadResult(test.n, test.errno); n != want || !errors.Is(err, test.read) {
			t.Errorf("read %d, %v: %d, %v", test.n, test.errno, n, err)
		}
		if n, err := socket.WriteResult(test.n, test.errno); n != want || !errors.Is(err, test.write) {
			t.Errorf("write %d, %v: %d, %v", test.n, test.errno, n, err)
		}
	}
}

// An error says which call on which addresses, or on which pipe, has failed.
func TestErrors(t *testing.T) {
	var op *net.OpError
	if err := socket.Error("read", syscall.EIO); !errors.As(err, &op) || op.Op != "read" || op.Net != "tcp" || op.Source != socket.Local || op.Addr != socket.Remote {
		t.Errorf("%#v", err)
	}
	var path *os.PathError
	if err := tube.Error("write", syscall.EIO); !errors.As(err, &path) || path.Op != "write" || path.Path != "tube" || path.Err != syscall.EIO {
		t.Errorf("%#v", err)
	}
	for k, want := range map[backend.Kind]string{
		backend.KindAccept: "accept", backend.KindRead: "read", backend.KindReceive: "read", backend.KindReceiveFrom: "read",
		backend.KindWrite: "write", backend.KindWriteV: "write", backend.KindSendTo: "write",
	} {
		if got := skeleton.Verb(k); got != want {
			t.Errorf("kind %d is %q, want %q", k, got, want)
		}
	}
	if socket.LocalAddr() != socket.Local || socket.RemoteAddr() != socket.Remote {
		t.Error("other addresses")
	}
}

// What a descriptor can do depends on what it is.
func TestKindsOfDescriptors(t *testing.T) {
	for name, test := range map[string]struct {
		d          skeleton.Descriptor
		kind       backend.Kind // of operations that it can carry out
		stream     bool
		closeWrite error
	}{
		"stream":    {socket, backend.KindRead, true, nil},
		"pipe":      {tube, backend.KindRead, true, backend.ErrNotSocket},
		"listener":  {skeleton.Descriptor{Listener: true}, backend.KindAccept, false, backend.ErrWrongHandle},
		"datagrams": {skeleton.Descriptor{Packet: true}, backend.KindSendTo, false, backend.ErrNotSocket},
	} {
		for _, k := range []backend.Kind{backend.KindRead, backend.KindAccept, backend.KindSendTo} {
			if test.d.Suits(k) != (k == test.kind) {
				t.Errorf("%s suits kind %d: %v", name, k, test.d.Suits(k))
			}
		}
		if test.d.IsStream() != test.stream || test.d.CanCloseWrite() != test.closeWrite {
			t.Errorf("%s: stream %v, CloseWrite %v", name, test.d.IsStream(), test.d.CanCloseWrite())
		}
		if test.closeWrite != nil && test.d.CloseWriteOf(new(skeleton.Queue)) != test.closeWrite {
			t.Errorf("%s: CloseWriteOf has another error", name)
		}
	}
}

// A datagram goes to the peer if it names no address, and to no address of another family.
func TestEncodeDestination(t *testing.T) {
	d := skeleton.Descriptor{Network: "udp", Packet: true, Family: syscall.AF_INET, Local: &net.UDPAddr{Port: 1}}
	for address, want := range map[string]bool{"": false, "127.0.0.1:7": true} {
		args := new(backend.Datagram)
		if address != "" {
			args.Addr.AddrPort = netip.MustParseAddrPort(address)
		}
		if raw, err := d.EncodeDestination(&backend.Op{Kind: backend.KindSendTo, Args: args}); (raw != nil) != want || err != nil {
			t.Errorf("%q: %v, %v", address, raw, err)
		}
	}
	args := &backend.Datagram{Addr: backend.PacketAddr{AddrPort: netip.MustParseAddrPort("[::1]:7")}}
	var op *net.OpError
	raw, err := d.EncodeDestination(&backend.Op{Kind: backend.KindSendTo, Args: args})
	if raw != nil || !errors.As(err, &op) || op.Op != "write" || op.Net != "udp" || op.Source != d.Local || op.Addr.String() != "[::1]:7" {
		t.Errorf("%v, %#v", raw, err)
	}
}

// The write side is shut down once CloseWrite was called and nothing is left to write.
func TestShutdownWrite(t *testing.T) {
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range fds {
		defer syscall.Close(fd)
	}
	ended := func() bool {
		n, _, err := syscall.Recvfrom(fds[1], make([]byte, 1), syscall.MSG_DONTWAIT)
		return n == 0 && err == nil
	}
	d := skeleton.Descriptor{FD: fds[0], Network: "unix"}
	var q skeleton.Queue
	if d.ShutdownWriteLocked(&q.Ops); d.WriteShutDown || ended() {
		t.Error("shut down without CloseWrite")
	}
	q.Ops.Push(new(backend.Op))
	if err := d.CloseWriteOf(&q); err != nil || !d.WriteClosing || d.WriteShutDown || ended() {
		t.Errorf("with a write left: closing %v, shut down %v, %v", d.WriteClosing, d.WriteShutDown, err)
	}
	q.Ops.Pop()
	if d.ShutdownWriteLocked(&q.Ops); !d.WriteShutDown || !ended() {
		t.Errorf("without a write left: shut down %v", d.WriteShutDown)
	}
}

// bare is a handle that can only be closed.
type bare struct {
	backend.Handle
	d skeleton.Descriptor
}

func (h *bare) Close() error {
	h.d.Release()
	return nil
}

// handles makes the given number of handles, and fails from then on. It appends the
// descriptors to list.
func handles(number int, list *[]skeleton.Descriptor) *skeleton.Handles[*bare] {
	h := new(skeleton.Handles[*bare])
	h.Init(func(d skeleton.Descriptor) (*bare, error) {
		*list = append(*list, d)
		if len(*list) > number {
			d.Release()
			return nil, syscall.ENOSPC
		}
		return &bare{d: d}, nil
	})
	return h
}

// lowestFree returns the number that the next descriptor gets.
func lowestFree(t *testing.T) int {
	t.Helper()
	f, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	return int(f.Fd())
}

// A pipe has two ends or none: what was made of it is closed after an error.
func TestPipeFails(t *testing.T) {
	for made := range 3 {
		before := lowestFree(t)
		var descriptors []skeleton.Descriptor
		r, w, err := handles(made, &descriptors).Pipe()
		if made < 2 {
			if r != nil || w != nil || err != syscall.ENOSPC {
				t.Errorf("%v, %v, %v", r, w, err)
			}
		} else if err != nil || r == nil || w == nil || descriptors[0].Name != "pipe" || descriptors[1].Name != "pipe" {
			t.Errorf("%v, %v, %v of %+v", r, w, err, descriptors)
		} else {
			r.Close()
			w.Close()
		}
		if after := lowestFree(t); after != before {
			t.Errorf("descriptor %d is left open", before)
		}
	}
}

// An error of the system is the error of the call, and nothing is made.
func TestHandlesFail(t *testing.T) {
	regular, err := os.Create(filepath.Join(t.TempDir(), "f"))
	if err != nil {
		t.Fatal(err)
	}
	defer regular.Close()
	var made []skeleton.Descriptor
	h := handles(9, &made)
	for name, try := range map[string]func() (backend.Handle, error){
		"Listen":       func() (backend.Handle, error) { return h.Listen("tcp", "nonsense", nil) },
		"ListenPacket": func() (backend.Handle, error) { return h.ListenPacket("udp", "nonsense", nil) },
		"Adopt":        func() (backend.Handle, error) { return h.Adopt(regular) },
	} {
		if got, err := try(); got != nil || err == nil || len(made) != 0 {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

// The file of a listener or a socket of datagrams goes with it.
func TestReleaseRemovesTheFile(t *testing.T) {
	dir := t.TempDir()
	var made []skeleton.Descriptor
	h := handles(9, &made)
	for network, listen := range map[string]func(network, address string, o *backend.SocketOptions) (backend.Handle, error){
		"unix": h.Listen, "unixgram": h.ListenPacket,
	} {
		path := filepath.Join(dir, network)
		x, err := listen(network, path, nil)
		if err != nil {
			t.Fatal(err)
		}
		d := made[len(made)-1]
		if _, err := os.Lstat(path); err != nil || d.Network != network || d.Listener != (network == "unix") || d.Packet != (network == "unixgram") || d.Local.String() != path {
			t.Errorf("%v, %+v", err, d)
		}
		x.Close()
		if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is left", path)
		}
	}
}
