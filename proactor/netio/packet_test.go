package netio_test

import (
	"bytes"
	"errors"
	"net"
	"testing"

	"github.com/actum-go/actum/internal/alloctest"
	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/netio"
)

// onEachPacket runs a test on every backend and datagram network.
func onEachPacket(t *testing.T, test func(t *testing.T, d *proactor.Dispatcher, network string)) {
	for _, backend := range proactor.Backends() {
		for _, network := range packetNetworks {
			t.Run(backend+"/"+network, func(t *testing.T) {
				needUDP(t, backend, network)
				test(t, open(t, proactor.Options{Backend: proactor.Named(backend)}), network)
			})
		}
	}
}

// needUDP skips a test if package net has no UDP.
func needUDP(t *testing.T, backend, network string) {
	if network != "udp" || backend == "sim" {
		return
	}
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Skipf("package net has no udp here: %v", err)
	}
	c.Close()
}

// listenPacket makes a PacketConn that is closed when the test ends.
func listenPacket(t *testing.T, d *proactor.Dispatcher, network string) *netio.PacketConn {
	t.Helper()
	address := "localhost:0"
	if network == "unixgram" {
		address = anyAddress(t, "unix")
	}
	c, err := netio.ListenPacket(d, network, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// TestPackets sends datagrams of all sizes to and fro: each arrives whole, with its
// source.
func TestPackets(t *testing.T) {
	onEachPacket(t, func(t *testing.T, d *proactor.Dispatcher, network string) {
		a, b := listenPacket(t, d, network), listenPacket(t, d, network)
		buf := make([]byte, 9000)
		for _, size := range []int{1, 0, 1400, 8 << 10} {
			_, want := vector([]int{size})
			if n, err := a.WriteTo(want, b.LocalAddr()); n != size || err != nil {
				t.Fatalf("wrote %d of %d, %v", n, size, err)
			}
			n, from, err := b.ReadFrom(buf)
			if !bytes.Equal(buf[:n], want) || err != nil {
				t.Fatalf("read %d of %d, %v", n, size, err)
			}
			if from.String() != a.LocalAddr().String() || from.Network() != a.LocalAddr().Network() {
				t.Errorf("from %v, want %v", from, a.LocalAddr())
			}
			if _, err := b.WriteTo(want, from); err != nil {
				t.Fatal(err)
			}
			if n, _, err := a.ReadFrom(buf); n != size || err != nil {
				t.Errorf("the answer: %d of %d, %v", n, size, err)
			}
		}
		if _, err := a.WriteTo([]byte("too long"), b.LocalAddr()); err != nil {
			t.Fatal(err)
		}
		if n, _, err := b.ReadFrom(buf[:3]); string(buf[:n]) != "too" || err != nil {
			t.Errorf("read %q, %v", buf[:n], err)
		}
	})
}

// TestPacketsDialled: a PacketConn that was dialled is a net.Conn.
func TestPacketsDialled(t *testing.T) {
	onEachPacket(t, func(t *testing.T, d *proactor.Dispatcher, network string) {
		server := listenPacket(t, d, network)
		dialer := netio.Dialer{Dispatcher: d}
		if network == "unixgram" {
			dialer.Socket.LocalAddr = anyAddress(t, "unix")
		}
		c, err := dialer.DialContext(t.Context(), network, server.LocalAddr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if c.RemoteAddr().String() != server.LocalAddr().String() {
			t.Errorf("connected to %v, want %v", c.RemoteAddr(), server.LocalAddr())
		}
		if _, err := c.Write([]byte("ping")); err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, 16)
		n, from, err := server.ReadFrom(buf)
		if string(buf[:n]) != "ping" || err != nil {
			t.Fatalf("read %q, %v", buf[:n], err)
		}
		if _, err := server.WriteTo([]byte("pong"), from); err != nil {
			t.Fatal(err)
		}
		if n, err := c.Read(buf); string(buf[:n]) != "pong" || err != nil {
			t.Errorf("read %q, %v", buf[:n], err)
		}
	})
}

// TestPacketsEnd ends a ReadFrom that receives no datagram.
func TestPacketsEnd(t *testing.T) {
	onEachPacket(t, func(t *testing.T, d *proactor.Dispatcher, network string) {
		c := listenPacket(t, d, network)
		read := func() error { _, _, err := c.ReadFrom(make([]byte, 1)); return err }
		result := blocked(read)
		c.SetReadDeadline(soon())
		checkTimeout(t, "read", <-result)
		checkTimeout(t, "read", read())
		c.SetDeadline(past)
		_, err := c.WriteTo([]byte("x"), c.LocalAddr())
		checkTimeout(t, "write", err)
		c.SetDeadline(never)

		results := []<-chan error{blocked(read), blocked(read)}
		c.Close()
		for _, r := range results {
			checkOpError(t, "read", <-r, net.ErrClosed)
		}
		_, err = c.WriteTo([]byte("x"), c.LocalAddr())
		checkOpError(t, "write", err, net.ErrClosed)
		checkOpError(t, "set", c.SetDeadline(never), net.ErrClosed)
		checkOpError(t, "close", c.Close(), net.ErrClosed)
	})
}

// TestPacketErrors: invalid arguments are errors and have no effect.
func TestPacketErrors(t *testing.T) {
	onEachPacket(t, func(t *testing.T, d *proactor.Dispatcher, network string) {
		c := listenPacket(t, d, network)
		_, err := c.WriteTo([]byte("x"), &net.IPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if wrong := (*net.AddrError)(nil); !errors.As(err, &wrong) {
			t.Errorf("to an IPAddr: %v", err)
		}
		if _, err := c.Write([]byte("x")); err == nil {
			t.Error("wrote to a peer that there is not")
		}
		if _, err := c.WriteTo([]byte("x"), c.LocalAddr()); err != nil {
			t.Error(err)
		}
	})
}

// TestPacketsAllocateNothing sends and receives with addresses as values. It skips
// the backends on package net and the simulation, which allocate.
func TestPacketsAllocateNothing(t *testing.T) {
	onEachPacket(t, func(t *testing.T, d *proactor.Dispatcher, network string) {
		if name := d.Backend().Name; name != "uring" && name != "epoll" {
			return
		}
		a, b := listenPacket(t, d, network), listenPacket(t, d, network)
		b.WriteTo([]byte("x"), a.LocalAddr())
		buf := make([]byte, 64)
		_, toB, err := a.ReadFromAddr(buf)
		if err != nil {
			t.Fatal(err)
		}
		alloctest.None(t, 1000, func() {
			for range 1000 {
				a.WriteToAddr(buf, toB)
				if _, _, err := b.ReadFromAddr(buf); err != nil {
					t.Fatal(err)
				}
			}
		})
	})
}
