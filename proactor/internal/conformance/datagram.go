package conformance

import (
	"bytes"
	"errors"
	"net"
	"net/netip"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/internal/backend"
)

// datagrams returns the datagram network that corresponds to the fixture's network.
func (f *fixture) datagrams() string {
	if f.network == "unix" {
		return "unixgram"
	}
	return "udp"
}

// packets makes a datagram handle and returns its address.
func (f *fixture) packets() (*proactor.Handle, proactor.PacketAddr) {
	f.t.Helper()
	h, err := f.d.ListenPacket(f.datagrams(), f.address(), nil)
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, backend.EAFNOSUPPORT) {
		f.t.Skipf("this system has no %s: %v", f.datagrams(), err)
	}
	if err != nil {
		f.t.Fatal(err)
	}
	return h, packetAddr(h.LocalAddr())
}

func packetAddr(a net.Addr) proactor.PacketAddr {
	switch a := a.(type) {
	case *net.UDPAddr:
		ap := a.AddrPort()
		return proactor.PacketAddr{AddrPort: netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())}
	case *net.UnixAddr:
		return proactor.PacketAddr{Path: a.Name}
	}
	return proactor.PacketAddr{}
}

// connected makes a datagram handle that is connected to an address, and bound so
// that it can be answered.
func (f *fixture) connected(to proactor.PacketAddr) *proactor.Handle {
	f.t.Helper()
	o := &proactor.SocketOptions{}
	if f.network == "unix" {
		o.LocalAddr = f.address()
	}
	c := f.call(nil)
	f.d.Connect(c.start(), f.datagrams(), to.String(), o)
	f.ok(c)
	return c.stream
}

// sendTo sends b.
func (f *fixture) sendTo(h *proactor.Handle, b []byte, to proactor.PacketAddr) {
	f.t.Helper()
	c := f.call(nil)
	h.SendTo(c.start(), b, to)
	f.ok(c)
	if c.n != len(b) {
		f.t.Errorf("sent %d of %d bytes", c.n, len(b))
	}
}

// receives expects a datagram.
func (f *fixture) receives(h *proactor.Handle, want string, from proactor.PacketAddr) {
	f.t.Helper()
	buf := make([]byte, 100)
	c := f.call(nil)
	h.ReceiveFrom(c.start(), buf)
	f.ok(c)
	f.received(c, buf, want, from)
}

func (f *fixture) received(c *call, buf []byte, want string, from proactor.PacketAddr) {
	f.t.Helper()
	if string(buf[:c.n]) != want || c.op.From() != from || c.op.Truncated() {
		f.t.Errorf("received %q from %v, truncated %v; want %q from %v", buf[:c.n], c.op.From(), c.op.Truncated(), want, from)
	}
}

// testDatagram sends to a waiting receive, and before the receive is started;
// answers go to the source of the datagram.
func testDatagram(f *fixture) {
	a, at := f.packets()
	b, bt := f.packets()
	if !at.IsValid() || at == bt {
		f.t.Fatalf("bound to %v and %v", at, bt)
	}
	buf := make([]byte, 100)
	waiting := f.call(nil)
	for range 3 {
		b.ReceiveFrom(waiting.start(), buf)
		f.sendTo(a, []byte("hello"), bt)
		f.ok(waiting)
		f.received(waiting, buf, "hello", at)
		f.sendTo(b, []byte("good day"), waiting.op.From())
		f.receives(a, "good day", bt)
	}
	if f.datagrams() == "unixgram" {
		nameless := f.call(nil)
		f.d.Connect(nameless.start(), f.datagrams(), bt.String(), nil)
		f.ok(nameless)
		b.ReceiveFrom(waiting.start(), buf)
		f.sendTo(nameless.stream, []byte("no name"), proactor.PacketAddr{})
		f.ok(waiting)
		f.received(waiting, buf, "no name", proactor.PacketAddr{})
	}
}

// testDatagramEmpty: an empty datagram is received, and is not the end.
func testDatagramEmpty(f *fixture) {
	a, at := f.packets()
	b, bt := f.packets()
	for _, data := range []string{"", "x", ""} {
		f.sendTo(a, []byte(data), bt)
		f.receives(b, data, at)
	}
	f.sendTo(a, []byte("lost"), bt)
	c := f.call(nil)
	b.ReceiveFrom(c.start(), nil) // consumes one datagram, of which no byte fits
	f.ok(c)
	if c.n != 0 || !c.op.Truncated() || !f.from(c, at) {
		f.t.Errorf("received %d bytes from %v, truncated %v", c.n, c.op.From(), c.op.Truncated())
	}
}

// from reports whether the datagram of c came from at, as far as the system reports
// it.
func (f *fixture) from(c *call, at proactor.PacketAddr) bool {
	return c.op.From() == at || !reportsSource && f.d.Backend().Name == "goroutine" && !c.op.From().IsValid()
}

// testDatagramTruncated: truncation is reported, and the rest is not part of the
// next datagram.
func testDatagramTruncated(f *fixture) {
	a, at := f.packets()
	b, bt := f.packets()
	f.sendTo(a, []byte("too long"), bt)
	f.sendTo(a, []byte("next"), bt)
	buf := make([]byte, 3)
	c := f.call(nil)
	b.ReceiveFrom(c.start(), buf)
	f.ok(c)
	if string(buf[:c.n]) != "too" || !c.op.Truncated() || !f.from(c, at) {
		f.t.Errorf("received %q from %v, truncated %v", buf[:c.n], c.op.From(), c.op.Truncated())
	}
	f.receives(b, "next", at)
}

// testDatagramLarge sends the largest datagram that is certain to fit.
func testDatagramLarge(f *fixture) {
	a, _ := f.packets()
	b, bt := f.packets()
	data, got := pattern(32<<10), make([]byte, 32<<10)
	c := f.call(nil)
	b.ReceiveFrom(c.start(), got)
	f.sendTo(a, data, bt)
	f.ok(c)
	if c.n != len(data) || !bytes.Equal(got, data) || c.op.Truncated() {
		f.t.Errorf("received %d bytes, truncated %v", c.n, c.op.Truncated())
	}
}

// testDatagramConnected: a connected handle exchanges datagrams only with its peer.
func testDatagramConnected(f *fixture) {
	server, st := f.packets()
	client := f.connected(st)
	ct := packetAddr(client.LocalAddr())
	if packetAddr(client.RemoteAddr()) != st || !ct.IsValid() {
		f.t.Errorf("from %v to %v, want %v", client.LocalAddr(), client.RemoteAddr(), st)
	}
	f.sendTo(client, []byte("question"), proactor.PacketAddr{})
	f.receives(server, "question", ct)
	if f.datagrams() == "udp" {
		stranger, _ := f.packets()
		f.sendTo(stranger, []byte("nonsense"), ct)
	}
	f.sendTo(server, []byte("answer"), ct)
	f.receives(client, "answer", st)
}

// testDatagramRefused: an absent peer is the error of one operation only.
func testDatagramRefused(f *fixture) {
	if !reportsRefused && f.d.Backend().Name != "sim" {
		f.t.Skip("this system does not report refused datagrams")
	}
	server, st := f.packets()
	client := f.connected(st)
	server.Close()
	c := f.call(nil)
	if f.datagrams() == "udp" { // the error comes later
		f.sendTo(client, []byte("anybody?"), proactor.PacketAddr{})
		client.ReceiveFrom(c.start(), make([]byte, 9))
	} else {
		client.SendTo(c.start(), []byte("anybody?"), proactor.PacketAddr{})
	}
	f.wait(c)
	if c.err == nil || c.n != 0 || errors.Is(c.err, net.ErrClosed) {
		f.t.Errorf("%v without a receiver: %d, %v", c.op.Kind(), c.n, c.err)
	}
	if f.datagrams() != "udp" {
		return // the path has to be connected to again
	}
	again, err := f.d.ListenPacket("udp", st.String(), nil)
	if err != nil {
		f.t.Fatal(err)
	}
	f.sendTo(client, []byte("now?"), proactor.PacketAddr{})
	f.receives(again, "now?", packetAddr(client.LocalAddr()))
}

// testDatagramSendWaits: a Unix datagram waits until its peer has room.
func testDatagramSendWaits(f *fixture) {
	server, st := f.packets()
	if f.datagrams() == "udp" {
		return // UDP loses what does not fit
	}
	client := f.connected(st)
	block := make([]byte, 4000)
	sent, done := 0, 0
	for sent-done < 3 && sent < 10_000 {
		var c *call
		c = f.call(func() {
			if c.err != nil {
				f.t.Error(c.err)
			}
			done++
		})
		client.SendTo(c.start(), block, proactor.PacketAddr{})
		sent++
		f.flush()
	}
	for range sent {
		c := f.call(nil)
		server.ReceiveFrom(c.start(), make([]byte, len(block)))
		f.ok(c)
	}
	f.until("all sends", func() bool { return done == sent })
}

// flush dispatches what has completed by now.
func (f *fixture) flush() {
	c := f.call(nil)
	for range 3 {
		f.d.Post(c.start())
		f.ok(c)
	}
}

func testDatagramCancel(f *fixture) {
	a, at := f.packets()
	b, bt := f.packets()
	buf := make([]byte, 9)
	for range 3 {
		c := f.call(nil)
		b.ReceiveFrom(c.start(), buf)
		f.d.Cancel(&c.op)
		f.canceled(c)
	}
	f.sendTo(a, []byte("hello"), bt)
	f.receives(b, "hello", at)
}

func testDatagramClose(f *fixture) {
	a, at := f.packets()
	first, second, late := f.call(nil), f.call(nil), f.call(nil)
	a.ReceiveFrom(first.start(), make([]byte, 9))
	a.ReceiveFrom(second.start(), make([]byte, 9))
	a.Close()
	a.SendTo(late.start(), []byte("x"), at)
	for _, c := range []*call{first, second, late} {
		f.failed(c, proactor.ErrHandleClosed)
	}
	again, err := f.d.ListenPacket(f.datagrams(), at.String(), nil)
	if err != nil {
		f.t.Fatalf("the address is not free: %v", err)
	}
	if _, err := f.d.ListenPacket(f.datagrams(), at.String(), nil); !errors.Is(err, backend.EADDRINUSE) {
		f.t.Errorf("bound twice: %v", err)
	}
	again.Close()
}

// testDatagramWrong: operations that datagram handles do not support, and streams
// neither.
func testDatagramWrong(f *fixture) {
	a, _ := f.packets()
	s, _ := f.pair()
	for _, start := range []func(*proactor.Operation){
		func(op *proactor.Operation) { a.Read(op, make([]byte, 1)) },
		func(op *proactor.Operation) { a.Write(op, make([]byte, 1)) },
		a.Accept,
		func(op *proactor.Operation) { s.ReceiveFrom(op, make([]byte, 1)) },
		func(op *proactor.Operation) { s.SendTo(op, make([]byte, 1), proactor.PacketAddr{}) },
	} {
		c := f.call(nil)
		start(c.start())
		f.wait(c)
		if !errors.Is(c.err, errors.ErrUnsupported) || c.n != 0 {
			f.t.Errorf("%v: %d, %v", c.op.Kind(), c.n, c.err)
		}
	}
	f.tryFails(a, "datagrams", errors.ErrUnsupported)
	if err := a.CloseWrite(); !errors.Is(err, errors.ErrUnsupported) {
		f.t.Errorf("CloseWrite: %v", err)
	}
	if _, err := f.d.Listen(f.datagrams(), f.address(), nil); err == nil {
		f.t.Error("a listener of datagrams")
	}
	if _, err := f.d.ListenPacket(f.network, f.address(), nil); err == nil {
		f.t.Error("datagrams over a network of streams")
	}
	wrong := proactor.PacketAddr{Path: "/nowhere"}
	if f.datagrams() == "unixgram" {
		wrong = proactor.PacketAddr{AddrPort: netip.MustParseAddrPort("127.0.0.1:9")}
	}
	c := f.call(nil)
	a.SendTo(c.start(), []byte("x"), wrong)
	f.wait(c)
	var op *net.OpError
	if !errors.As(c.err, &op) || c.n != 0 {
		f.t.Errorf("sent to an address of another network: %d, %v", c.n, c.err)
	}
}

// testDatagramFamilies: a socket of both families reports IPv4 addresses as such.
func testDatagramFamilies(f *fixture) {
	if f.datagrams() != "udp" {
		return
	}
	both, err := f.d.ListenPacket("udp", "[::]:0", nil)
	six, err6 := f.d.ListenPacket("udp6", "[::1]:0", nil)
	if err := errors.Join(err, err6); err != nil {
		f.t.Skipf("there is no IPv6: %v", err)
	}
	four, err := f.d.ListenPacket("udp4", "127.0.0.1:0", nil)
	if err != nil {
		f.t.Fatal(err)
	}
	port := packetAddr(both.LocalAddr()).AddrPort.Port()
	for h, ip := range map[*proactor.Handle]string{six: "::1", four: "127.0.0.1"} {
		to := proactor.PacketAddr{AddrPort: netip.AddrPortFrom(netip.MustParseAddr(ip), port)}
		f.sendTo(h, []byte("from "+ip), to)
		f.receives(both, "from "+ip, packetAddr(h.LocalAddr()))
		f.sendTo(both, []byte("to "+ip), packetAddr(h.LocalAddr()))
		f.receives(h, "to "+ip, to)
	}
}
