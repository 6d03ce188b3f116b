package sys

import (
	"net"
	"testing"

	"golang.org/x/sys/windows"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// TestConnectBlocking connects with the call that Unix sockets need. On systems without
// Unix sockets it uses the call for others.
func TestConnectBlocking(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	open := ln.Addr().String()
	shut, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	shut.Close()
	defer ln.Close()
	port, err := NewPort()
	if err != nil {
		t.Fatal(err)
	}
	defer port.Close()
	for _, tt := range []struct {
		address string
		refused bool
	}{{open, false}, {shut.Addr().String(), true}} {
		op := &backend.Op{Kind: backend.KindConnect, Args: &backend.ConnectArgs{Network: "tcp", Address: tt.address}}
		if err := PrepareConnect(op.Connect(), &op.Sys); err != nil {
			t.Fatal(err)
		}
		PrepareOverlapped(&op.Sys)
		go func() {
			ConnectBlocking(&op.Sys)
			port.Complete(&op.Sys)
		}()
		var events PortBuffer
		if n := port.Wait(&events, true); n != 1 {
			t.Fatalf("%d have come out of the port", n)
		}
		landed, _, failed := events.Done(0)
		if landed != &op.Sys || failed != tt.refused || failed && BlockingConnectResult(&op.Sys) != windows.WSAECONNREFUSED {
			t.Errorf("%s: %p of %p, failed %v with %v", tt.address, landed, op, failed, BlockingConnectResult(&op.Sys))
		}
		if _, errno := Recv(int(op.Sys.Fd), make([]byte, 1)); !tt.refused && errno != WouldWait {
			t.Errorf("a read of nothing: %v", errno)
		}
		Close(int(op.Sys.Fd))
	}
}
