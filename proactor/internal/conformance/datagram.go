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
func (r *fixture) datagrams() string {
	if r.network == "unix" {
		return "unixgram"
	}
	return "udp"
}

// packets makes a datagram handle and returns its address.
func (r *fixture) packets() (*proactor.Handle, proactor.PacketAddr) {
	r.t.Helper()
	h, err := r.d.ListenPacket(r.datagrams(), r.address(), nil)
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, backend.EAFNOSUPPORT) {
		r.t.Skipf("this system has no %s: %v", r.datagrams(), err)
	}
	if err != nil {
		r.t.Fatal(err)
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
func (r *fixture) connected(to proactor.PacketAddr) *proactor.Handle {
	r.t.Helper()
	o := &proactor.SocketOptions{}
	if r.network == "unix" {
		o.LocalAddr = r.address()
	}
	c := r.call(nil)
	r.d.Connect(c.start(), r.datagrams(), to.String(), o)
	r.ok(c)
	return c.stream
}

// sendTo sends b.
func (r *fixture) sendTo(h *proactor.Handle, b []byte, to proactor.PacketAddr) {
	r.t.Helper()
	c := r.call(nil)
	h.SendTo(c.start(), b, to)
	r.ok(c)
	if c.n != len(b) {
		r.t.Errorf("sent %d of %d bytes", c.n, len(b))
	}
}

// receives expects a datagram.
func (r *fixture) receives(h *proactor.Handle, want string, from proactor.PacketAddr) {
	r.t.Helper()
	buf := make([]byte, 100)
	c := r.call(nil)
	h.ReceiveFrom(c.start(), buf)
	r.ok(c)
	r.received(c, buf, want, from)
}

func (r *fixture) received(c *call, buf []byte, want string, from proactor.PacketAddr) {
	r.t.Helper()
	if string(buf[:c.n]) != want || c.op.From() != from || c.op.Truncated() {
		r.t.Errorf("received %q from %v, truncated %v; want %q from %v", buf[:c.n], c.op.From(), c.op.Truncated(), want, from)
	}
}

// testDatagram sends to a waiting receive, and before the receive is started;
// answers go to the source of the datagram.
func testDatagram(r *fixture) {
	a, at := r.packets()
	b, bt := r.packets()
	if !at.IsValid() || at == bt {
		r.t.Fatalf("bound to %v and %v", at, bt)
	}
	buf := make([]byte, 100)
	waiting := r.call(nil)
	for range 3 {
		b.ReceiveFrom(waiting.start(), buf)
		r.sendTo(a, []byte("hello"), bt)
		r.ok(waiting)
		r.received(waiting, buf, "hello", at)
		r.sendTo(b, []byte("good day"), waiting.op.From())
		r.receives(a, "good day", bt)
	}
	if r.datagrams() == "unixgram" {
		nameless := r.call(nil)
		r.d.Connect(nameless.start(), r.datagrams(), bt.String(), nil)
		r.ok(nameless)
		b.ReceiveFrom(waiting.start(), buf)
		r.sendTo(nameless.stream, []byte("no name"), proactor.PacketAddr{})
		r.ok(waiting)
		r.received(waiting, buf, "no name", proactor.PacketAddr{})
	}
}

// testDatagramEmpty: an empty datagram is received, and is not the end.
func testDatagramEmpty(r *fixture) {
	a, at := r.packets()
	b, bt := r.packets()
	for _, data := range []string{"", "x", ""} {
		r.sendTo(a, []byte(data), bt)
		r.receives(b, data, at)
	}
	r.sendTo(a, []byte("lost"), bt)
	c := r.call(nil)
	b.ReceiveFrom(c.start(), nil) // consumes one datagram, of which no byte fits
	r.ok(c)
	if c.n != 0 || !c.op.Truncated() || !r.from(c, at) {
		r.t.Errorf("received %d bytes from %v, truncated %v", c.n, c.op.From(), c.op.Truncated())
	}
}

// from reports whether the datagram of c came from at, as far as the system reports
// it.
func (r *fixture) from(c *call, at proactor.PacketAddr) bool {
	return c.op.From() == at || !reportsSource && r.d.Backend().Name == "goroutine" && !c.op.From().IsValid()
}

// testDatagramTruncated: truncation is reported, and the rest is not part of the
// next datagram.
func testDatagramTruncated(r *fixture) {
	a, at := r.packets()
	b, bt := r.packets()
	r.sendTo(a, []byte("too long"), bt)
	r.sendTo(a, []byte("next"), bt)
	buf := make([]byte, 3)
	c := r.call(nil)
	b.ReceiveFrom(c.start(), buf)
	r.ok(c)
	if string(buf[:c.n]) != "too" || !c.op.Truncated() || !r.from(c, at) {
		r.t.Errorf("received %q from %v, truncated %v", buf[:c.n], c.op.From(), c.op.Truncated())
	}
	r.receives(b, "next", at)
}

// testDatagramLarge sends the largest datagram that is certain to fit.
func testDatagramLarge(r *fixture) {
	a, _ := r.packets()
	b, bt := r.packets()
	data, got := pattern(32<<10), make([]byte, 32<<10)
	c := r.call(nil)
	b.ReceiveFrom(c.start(), got)
	r.sendTo(a, data, bt)
	r.ok(c)
	if c.n != len(data) || !bytes.Equal(got, data) || c.op.Truncated() {
		r.t.Errorf("received %d bytes, truncated %v", c.n, c.op.Truncated())
	}
}

// testDatagramConnected: a connected handle exchanges datagrams only with its peer.
func testDatagramConnected(r *fixture) {
	server, st := r.packets()
	client := r.connected(st)
	ct := packetAddr(client.LocalAddr())
	if packetAddr(client.RemoteAddr()) != st || !ct.IsValid() {
		r.t.Errorf("from %v to %v, want %v", client.LocalAddr(), client.RemoteAddr(), st)
	}
	r.sendTo(client, []byte("question"), proactor.PacketAddr{})
	r.receives(server, "question", ct)
	if r.datagrams() == "udp" {
		stranger, _ := r.packets()
		r.sendTo(stranger, []byte("nonsense"), ct)
	}
	r.sendTo(server, []byte("answer"), ct)
	r.receives(client, "answer", st)
}

// testDatagramRefused: an absent peer is the error of one operation only.
func testDatagramRefused(r *fixture) {
	if !reportsRefused && r.d.Backend().Name != "sim" {
		r.t.Skip("this system does not report refused datagrams")
	}
	server, st := r.packets()
	client := r.connected(st)
	server.Close()
	c := r.call(nil)
	if r.datagrams() == "udp" { // the error comes later
		r.sendTo(client, []byte("anybody?"), proactor.PacketAddr{})
		client.ReceiveFrom(c.start(), make([]byte, 9))
	} else {
		client.SendTo(c.start(), []byte("anybody?"), proactor.PacketAddr{})
	}
	r.wait(c)
	if c.err == nil || c.n != 0 || errors.Is(c.err, net.ErrClosed) {
		r.t.Errorf("%v without a receiver: %d, %v", c.op.Kind(), c.n, c.err)
	}
	if r.datagrams() != "udp" {
		return // the path has to be connected to again
	}
	again, err := r.d.ListenPacket("udp", st.String(), nil)
	if err != nil {
		r.t.Fatal(err)
	}
	r.sendTo(client, []byte("now?"), proactor.PacketAddr{})
	r.receives(again, "now?", packetAddr(client.LocalAddr()))
}

// testDatagramSendWaits: a Unix datagram waits until its peer has room.
func testDatagramSendWaits(r *fixture) {
	server, st := r.packets()
	if r.datagrams() == "udp" {
		return // UDP loses what does not fit
	}
	client := r.connected(st)
	block := make([]byte, 4000)
	sent, done := 0, 0
	for sent-done < 3 && sent < 10_000 {
		var c *call
		c = r.call(func() {
			if c.err != nil {
				r.t.Error(c.err)
			}
			done++
		})
		client.SendTo(c.start(), block, proactor.PacketAddr{})
		sent++
		r.flush()
	}
	for range sent {
		c := r.call(nil)
		server.ReceiveFrom(c.start(), make([]byte, len(block)))
		r.ok(c)
	}
	r.until("all sends", func() bool { return done == sent })
}

// flush dispatches what has completed by now.
func (r *fixture) flush() {
	c := r.call(nil)
	for range 3 {
		r.d.Post(c.start())
		r.ok(c)
	}
}

func testDatagramCancel(r *fixture) {
	a, at := r.packets()
	b, bt := r.packets()
	buf := make([]byte, 9)
	for range 3 {
		c := r.call(nil)
		b.ReceiveFrom(c.start(), buf)
		r.d.Cancel(&c.op)
		r.canceled(c)
	}
	r.sendTo(a, []byte("hello"), bt)
	r.receives(b, "hello", at)
}

func testDatagramClose(r *fixture) {
	a, at := r.packets()
	first, second, late := r.call(nil), r.call(nil), r.call(nil)
	a.ReceiveFrom(first.start(), make([]byte, 9))
	a.ReceiveFrom(second.start(), make([]byte, 9))
	a.Close()
	a.SendTo(late.start(), []byte("x"), at)
	for _, c := range []*call{first, second, late} {
		r.failed(c, proactor.ErrHandleClosed)
	}
	again, err := r.d.ListenPacket(r.datagrams(), at.String(), nil)
	if err != nil {
		r.t.Fatalf("the address is not free: %v", err)
	}
	if _, err := r.d.ListenPacket(r.datagrams(), at.String(), nil); !errors.Is(err, backend.EADDRINUSE) {
		r.t.Errorf("bound twice: %v", err)
	}
	again.Close()
}

// testDatagramWrong: operations that datagram handles do not support, and streams
// neither.
func testDatagramWrong(r *fixture) {
	a, _ := r.packets()
	s, _ := r.pair()
	for _, start := range []func(*proactor.Operation){
		func(op *proactor.Operation) { a.Read(op, make([]byte, 1)) },
		func(op *proactor.Operation) { a.Write(op, make([]byte, 1)) },
		a.Accept,
		func(op *proactor.Operation) { s.ReceiveFrom(op, make([]byte, 1)) },
		func(op *proactor.Operation) { s.SendTo(op, make([]byte, 1), proactor.PacketAddr{}) },
	} {
		c := r.call(nil)
		start(c.start())
		r.wait(c)
		if !errors.Is(c.err, errors.ErrUnsupported) || c.n != 0 {
			r.t.Errorf("%v: %d, %v", c.op.Kind(), c.n, c.err)
		}
	}
	r.tryFails(a, "datagrams", errors.ErrUnsupported)
	if err := a.CloseWrite(); !errors.Is(err, errors.ErrUnsupported) {
		r.t.Errorf("CloseWrite: %v", err)
	}
	if _, err := r.d.Listen(r.datagrams(), r.address(), nil); err == nil {
		r.t.Error("a listener of datagrams")
	}
	if _, err := r.d.ListenPacket(r.network, r.address(), nil); err == nil {
		r.t.Error("datagrams over a network of streams")
	}
	wrong := proactor.PacketAddr{Path: "/nowhere"}
	if r.datagrams() == "unixgram" {
		wrong = proactor.PacketAddr{AddrPort: netip.MustParseAddrPort("127.0.0.1:9")}
	}
	c := r.call(nil)
	a.SendTo(c.start(), []byte("x"), wrong)
	r.wait(c)
	var op *net.OpError
	if !errors.As(c.err, &op) || c.n != 0 {
		r.t.Errorf("sent to an address of another network: %d, %v", c.n, c.err)
	}
}

// testDatagramFamilies: a socket of both families reports IPv4 addresses as such.
func testDatagramFamilies(r *fixture) {
	if r.datagrams() != "udp" {
		return
	}
	both, err := r.d.ListenPacket("udp", "[::]:0", nil)
	six, err6 := r.d.ListenPacket("udp6", "[::1]:0", nil)
	if err := errors.Join(err, err6); err != nil {
		r.t.Skipf("there is no IPv6: %v", err)
	}
	four, err := r.d.ListenPacket("udp4", "127.0.0.1:0", nil)
	if err != nil {
		r.t.Fatal(err)
	}
	port := packetAddr(both.LocalAddr()).AddrPort.Port()
	for h, ip := range map[*proactor.Handle]string{six: "::1", four: "127.0.0.1"} {
		to := proactor.PacketAddr{AddrPort: netip.AddrPortFrom(netip.MustParseAddr(ip), port)}
		r.sendTo(h, []byte("from "+ip), to)
		r.receives(both, "from "+ip, packetAddr(h.LocalAddr()))
		r.sendTo(both, []byte("to "+ip), packetAddr(h.LocalAddr()))
		r.receives(h, "to "+ip, to)
	}
}
