package zmq_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/actum-go/actum/internal/racecheck"
	"github.com/actum-go/actum/zmq"
)

// hostileCase is what a hostile peer does to our socket, which is a PULL that
// takes the peer for a PUSH, unless the target is another type.
type hostileCase struct {
	name    string
	do      func(r *raw)
	target  zmq.Type
	options zmq.Options
	// tolerated means that the connection must stay and carry messages. Otherwise it
	// must be closed.
	tolerated bool
}

// soon is a handshake timeout for peers that are silent. A good peer that misses
// it on a busy machine connects again.
const soon = 100 * time.Millisecond

var hostileCases = []hostileCase{
	// Before and in the greeting.
	{name: "nothing at all", do: func(*raw) {}, options: zmq.Options{HandshakeTimeout: soon}},
	{name: "end of stream at once", do: func(r *raw) { must(r.T, r.CloseWrite()) }},
	{name: "ZMTP 1.0 with a long routing id", do: writes("\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7e")},
	{name: "wrong first byte", do: writes("\x00")},
	{name: "HTTP", do: writes("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")},
	{name: "TLS", do: writes("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")},
	{name: "ZMTP 1.0", do: writes("\x01\x00")},
	{name: "ZMTP 2.0", do: writes("\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f\x01\x08")},
	{name: "half a greeting", do: writes(string(rawGreeting(1, "NULL")[:30])), options: zmq.Options{HandshakeTimeout: soon}},
	{name: "unknown mechanism", do: writes(string(rawGreeting(1, "ROT13")))},
	{name: "mechanism that we do not have", do: writes(string(rawGreeting(1, "CURVE")))},
	{name: "no mechanism", do: writes(string(rawGreeting(1, "")))},

	// In the handshake.
	{name: "nothing after the greeting", do: greets(), options: zmq.Options{HandshakeTimeout: soon}},
	{name: "half a READY", do: greets(rawReady("PUSH")[:10]), options: zmq.Options{HandshakeTimeout: soon}},
	{name: "incompatible socket type", do: greets(rawReady("SUB"))},
	{name: "unknown socket type", do: greets(rawReady("PUSHPULL"))},
	{name: "message before READY", do: greets(rawMessage("too early"))},
	{name: "SUBSCRIBE before READY", do: greets(rawCommand("SUBSCRIBE", "a"))},
	{name: "PING before READY", do: greets(rawCommand("PING", "\x00\x00"))},
	{name: "ERROR instead of READY", do: greets(rawCommand("ERROR", "\x06refuse"))},
	{name: "command without a name", do: greets(rawFrame(4, nil))},
	{name: "command with a name beyond its end", do: greets(rawFrame(4, []byte("\xffREADY")))},
	{name: "property name beyond the end", do: greets(rawCommand("READY", "\xffSocket-Type"))},
	{name: "property value beyond the end", do: greets(rawCommand("READY", "\x0bSocket-Type\x7f\xff\xff\xffPUSH"))},
	{name: "property value of 2^32-1 bytes", do: greets(rawCommand("READY", "\x0bSocket-Type\xff\xff\xff\xffPUSH"))},
	{name: "property cut off in its size", do: greets(rawCommand("READY", "\x0bSocket-Type\x00\x00"))},
	{name: "READY that is too long", do: greets(rawHeader(4, 64<<10+1))},
	{name: "READY of 2^62 bytes", do: greets(rawHeader(4, 1<<62))},

	// In the traffic.
	{name: "frame of 2^63 bytes", do: shakes(rawHeader(0, 1<<63))},
	{name: "frame of 2^64-1 bytes", do: shakes(rawHeader(0, 1<<64-1))},
	{name: "frame of 2^62 bytes", do: shakes(rawHeader(0, 1<<62))},
	{name: "frame of 2^32+5 bytes and five of them", do: shakes(rawHeader(0, 1<<32+5), []byte("first")),
		options: zmq.Options{StallTimeout: soon}}, // 5 in 32 bits
	{name: "frame of 2^32-5 bytes and five of them", do: shakes(rawHeader(0, 1<<32-5), []byte("first")),
		options: zmq.Options{StallTimeout: soon}}, // -5 in 32 bits
	{name: "frame of 2^32+5 bytes above the maximum size", do: shakes(rawHeader(0, 1<<32+5), []byte("first")),
		options: zmq.Options{MaxMessageSize: 1<<32 + 4}},
	{name: "frame of 2^32+5 bytes above the maximum frame size", do: shakes(rawHeader(0, 1<<32+5), []byte("first")),
		options: zmq.Options{MaxFrameSize: 1<<32 + 4}},
	{name: "command of 2^32+5 bytes", do: shakes(rawHeader(4, 1<<32+5), []byte("\x04PING"))},
	{name: "READY of 2^32+5 bytes", do: greets(rawHeader(4, 1<<32+5), []byte("\x05READY"))},
	{name: "frame of 1 TiB and silence", do: shakes(rawHeader(0, 1<<40), []byte("only this")),
		options: zmq.Options{StallTimeout: soon}},
	{name: "half a header and silence", do: shakes([]byte("\x02\x00")), options: zmq.Options{StallTimeout: soon}},
	{name: "half a message and silence", do: shakes(rawFrame(1, []byte("half"))), options: zmq.Options{StallTimeout: soon}},
	{name: "frame of 1 TiB and an end", do: shakesAndEnds(rawHeader(0, 1<<40), []byte("only this"))},
	{name: "frame above the maximum size", do: shakes(rawHeader(0, 1001)), options: zmq.Options{MaxMessageSize: 1000}},
	{name: "short frame above the maximum size", do: shakes(rawFrame(0, make([]byte, 101))), options: zmq.Options{MaxMessageSize: 100}},
	{name: "frame of the maximum size", do: shakes(rawFrame(0, make([]byte, 1000))),
		options: zmq.Options{MaxMessageSize: 1000}, tolerated: true},
	{name: "frames that exceed the maximum size together", do: shakes(bytes.Repeat(rawFrame(1, make([]byte, 100)), 11)),
		options: zmq.Options{MaxMessageSize: 1000}},
	{name: "empty frames without end", do: shakes(bytes.Repeat(rawFrame(1, nil), 1<<20)),
		options: zmq.Options{MaxMessageSize: 1000}},
	{name: "frame above the maximum frame size", do: shakes(rawHeader(0, 1001)), options: zmq.Options{MaxFrameSize: 1000}},
	{name: "short frame above the maximum frame size", do: shakes(rawFrame(0, make([]byte, 101))), options: zmq.Options{MaxFrameSize: 100}},
	{name: "frames of the maximum size", do: shakes(bytes.Repeat(rawFrame(1, make([]byte, 1000)), 500), rawMessage("last")),
		options: zmq.Options{MaxFrameSize: 1000}, tolerated: true},
	{name: "frames of the maximum size without end", do: shakes(bytes.Repeat(rawFrame(1, make([]byte, 1000)), 1001)),
		options: zmq.Options{MaxFrameSize: 1000}},
	{name: "empty frames without end, with a maximum frame size", do: shakes(bytes.Repeat(rawFrame(1, nil), 1<<20)),
		options: zmq.Options{MaxFrameSize: 100}},
	{name: "frames beyond the maximum number", do: shakes(bytes.Repeat(rawFrame(1, nil), 101)), options: zmq.Options{MaxFrames: 100}},
	{name: "the maximum number of frames", do: shakes(bytes.Repeat(rawFrame(1, nil), 99), rawMessage("last")),
		options: zmq.Options{MaxFrames: 100}, tolerated: true},
	{name: "frames beyond the default number", do: shakes(bytes.Repeat(rawFrame(1, nil), zmq.DefaultMaxFrames+1))},
	{name: "frames of the maximum size, however many", do: shakes(bytes.Repeat(rawFrame(1, make([]byte, 100)), 2000), rawMessage("last")),
		options: zmq.Options{MaxFrameSize: 100, MaxMessageSize: -1}, tolerated: true},
	{name: "command of 1 GiB", do: shakes(rawHeader(4, 1<<30))},
	{name: "end in a header", do: shakesAndEnds([]byte("\x02\x00"))},
	{name: "end in a frame", do: shakesAndEnds([]byte("\x00\x05abc"))},
	{name: "end in a message", do: shakesAndEnds(rawFrame(1, []byte("more")))},

	// Odd, but allowed.
	{name: "greeting byte by byte", tolerated: true, do: func(r *raw) {
		r.writeBytewise(rawGreeting(1, "NULL"))
		r.write(rawReady("PUSH"))
		r.readHandshake()
	}},
	{name: "everything byte by byte", tolerated: true, do: func(r *raw) {
		r.writeBytewise(rawGreeting(1, "NULL"), rawReady("PUSH"), rawMessage("short"), rawFrame(0, make([]byte, 300)),
			rawCommand("PING", "\x00\x00"), rawFrame(1, []byte("more")), rawFrame(0, nil))
		r.readHandshake()
		r.readFrame()
	}},
	{name: "everything at once", tolerated: true, do: func(r *raw) {
		r.write(bytes.Join([][]byte{rawGreeting(1, "NULL"), rawReady("PUSH"), rawMessage("hasty")}, nil))
		r.readHandshake()
	}},
	{name: "a later version", tolerated: true, do: func(r *raw) {
		greeting := rawGreeting(9, "NULL")
		greeting[10] = 4
		r.write(greeting, rawReady("PUSH"))
		r.readHandshake()
	}},
	{name: "no socket type", tolerated: true, do: func(r *raw) {
		r.write(rawGreeting(1, "NULL"), rawCommand("READY", ""))
		r.readHandshake()
	}},
	{name: "unknown command", tolerated: true, do: shakes(rawCommand("GOSSIP", "about you"))},
	{name: "another end of the signature", tolerated: true, do: greetsOddly(9, 0x7d)},
	{name: "major version 2", tolerated: true, do: greetsOddly(10, 2)},
	{name: "as-server that is neither 0 nor 1", tolerated: true, do: greetsOddly(32, 2)},
	{name: "odd property names", tolerated: true, do: func(r *raw) {
		r.write(rawGreeting(1, "NULL"), rawCommand("READY", rawProperty("Socket-Type", "PUSH")+
			rawProperty("", "v")+rawProperty("X y", "v")+rawProperty("\x01", "")))
		r.readHandshake()
	}},
	{name: "routing id of 256 bytes", tolerated: true, do: func(r *raw) {
		r.write(rawGreeting(1, "NULL"), rawCommand("READY",
			rawProperty("Socket-Type", "PUSH")+rawProperty("Identity", strings.Repeat("i", 256))))
		r.readHandshake()
	}},
	{name: "reserved flags", tolerated: true, do: shakes([]byte("\x09\x01a\xf8\x01b"))},
	{name: "all flags", tolerated: true, do: shakes([]byte("\xff\x00\x00\x00\x00\x00\x00\x00\x01a"))},
	{name: "command with MORE", tolerated: true, do: shakes([]byte("\x05\x01a"))},
	{name: "PING with MORE", tolerated: true, do: pings(rawFrame(5, []byte("\x04PING\x00\x00context")))},
	{name: "PING between the frames of a message", tolerated: true, do: func(r *raw) {
		pings(rawFrame(1, []byte("a")), rawCommand("PING", "\x00\x00context"))(r)
		r.write(rawMessage("b"))
	}},
	{name: "commands between the frames of a message", tolerated: true, do: shakes(rawFrame(1, []byte("a")),
		rawCommand("PONG", ""), rawCommand("GOSSIP", "about you"), rawFrame(4, nil), rawReady("PUSH"), rawCommand("ERROR", "\x00"),
		rawFrame(1, []byte("b")), rawCommand("SUBSCRIBE", "c"), rawMessage("d"))},
	{name: "command without a name in the traffic", tolerated: true, do: shakes(rawFrame(4, nil), rawFrame(4, []byte("\x00abc")))},
	{name: "command with a name beyond its end in the traffic", tolerated: true, do: shakes(rawFrame(4, []byte("\xffabc")))},
	{name: "command with an odd name", tolerated: true, do: shakes(rawCommand("\x01-9", ""))},
	{name: "PING without a TTL", tolerated: true, do: func(r *raw) {
		r.shakeHands("PUSH")
		r.write(rawCommand("PING", "\x00"))
		if flags, body := r.readFrame(); flags != 4 || string(body) != "\x04PONG" {
			r.Errorf("the answer to PING has flags %#x and body %q", flags, body)
		}
	}},
	{name: "PING with a context that is too long", tolerated: true, do: func(r *raw) {
		r.shakeHands("PUSH")
		r.write(rawCommand("PING", "\x00\x00"+strings.Repeat("c", 300)))
		if flags, body := r.readFrame(); flags != 4 || string(body) != "\x04PONG"+strings.Repeat("c", 16) {
			r.Errorf("the answer to PING has flags %#x and body %q", flags, body)
		}
	}},
	{name: "ERROR in the traffic", tolerated: true, do: shakes(rawCommand("ERROR", "\x04bye!"))},
	{name: "SUBSCRIBE and CANCEL to a PULL", tolerated: true, do: shakes(rawCommand("SUBSCRIBE", "a"), rawCommand("CANCEL", "a"))},
	{name: "READY twice", tolerated: true, do: shakes(rawReady("PUSH"))},
	{name: "PONG without a PING", tolerated: true, do: shakes(rawCommand("PONG", "context"))},
	{name: "long header for a short frame", tolerated: true, do: shakes(append(rawHeader(0, 5), "short"...))},
	{name: "PING on a ZMTP 3.0 connection", tolerated: true, do: func(r *raw) {
		r.write(rawGreeting(0, "NULL"), rawReady("PUSH"))
		r.readHandshake()
		r.write(rawCommand("PING", "\x00\x00context"))
		if flags, body := r.readFrame(); flags != 4 || string(body) != "\x04PONGcontext" {
			r.Errorf("the answer to PING has flags %#x and body %q", flags, body)
		}
	}},
	{name: "PING", tolerated: true, do: pings(rawCommand("PING", "\x00\x0acontext"))},
}

// says is a peer that sends what instead of a greeting.
func writes(what string) func(*raw) { return func(r *raw) { r.write([]byte(what)) } }

// greets is a peer that sends what instead of READY.
func greets(what ...[]byte) func(*raw) {
	return func(r *raw) { r.write(append([][]byte{rawGreeting(1, "NULL")}, what...)...) }
}

// shakes is a peer that sends what after a proper handshake.
func shakes(what ...[]byte) func(*raw) {
	return func(r *raw) { r.shakeHands("PUSH"); r.write(what...) }
}

// pings is a peer that sends a PING with a context, and receives the PONG.
func pings(what ...[]byte) func(*raw) {
	return func(r *raw) {
		shakes(what...)(r)
		if flags, body := r.readFrame(); flags != 4 || string(body) != "\x04PONGcontext" {
			r.Errorf("the answer to PING has flags %#x and body %q", flags, body)
		}
	}
}

// greetsOddly is a peer with one byte of its greeting replaced.
func greetsOddly(at int, value byte) func(*raw) {
	return func(r *raw) {
		greeting := rawGreeting(1, "NULL")
		greeting[at] = value
		r.write(greeting, rawReady("PUSH"))
		r.readHandshake()
	}
}

// shakesAndEnds is shakes that then also ends its write side. That fails if the
// target has already closed the connection: a frame of 1 TiB is too large for 32
// bits.
func shakesAndEnds(what ...[]byte) func(*raw) {
	return func(r *raw) { shakes(what...)(r); _ = r.CloseWrite() }
}

// target is our socket with a good peer.
type target struct {
	*testing.T
	socket, good *zmq.Socket
	sent         int
}

func newTarget(t *testing.T, m hostileCase) *target {
	t.Helper()
	c := newContext(t)
	if m.target == 0 {
		m.target = zmq.PULL
	}
	goodType := map[zmq.Type]zmq.Type{zmq.PULL: zmq.PUSH, zmq.PUSH: zmq.PULL}[m.target]
	m.options.Linger = zmq.NoLinger
	m.options.ReconnectInterval = time.Millisecond
	v := &target{T: t, socket: newSocket(t, c, m.target, m.options)}
	v.good = newSocket(t, c, goodType, zmq.Options{Linger: zmq.NoLinger, ReconnectInterval: time.Millisecond})
	return v
}

// serves checks that target and good peer still exchange messages. Other peers
// may have sent something before, and receive some of a PUSH's messages.
func (v *target) serves() {
	v.Helper()
	v.sent++
	text := fmt.Sprint("message ", v.sent)
	ctx := deadline(v.T)
	if v.socket.Type() == zmq.PULL {
		must(v.T, v.good.SendBytes(ctx, []byte(text)))
		v.receives(text)
		return
	}
	for {
		must(v.T, v.socket.SendBytes(ctx, []byte(text)))
		if m, err := v.good.TryRecv(); err == nil {
			m.Release()
			return
		}
	}
}

// receives waits until the target has received text.
func (v *target) receives(text string) {
	v.Helper()
	if !v.receivesBefore(deadline(v.T), text) {
		v.Fatalf("%q has not been received", text)
	}
}

// receivesBefore reports whether the target has received text before ctx is done.
func (v *target) receivesBefore(ctx context.Context, text string) bool {
	v.Helper()
	for {
		frames, err := v.socket.RecvFrames(ctx)
		if err != nil {
			return false
		}
		if string(frames[0]) == text {
			return true
		}
	}
}

// checkCase does what the case says, and checks the state of the connection.
func (v *target) checkCase(r *raw, m hostileCase) {
	v.Helper()
	m.do(r)
	v.serves()
	if m.tolerated {
		r.write(rawMessage("still here"))
		v.receives("still here")
		return
	}
	r.ended()
	v.serves()
}

// TestHostilePeer: for every case of a peer of our listener, the
// connection ends if it must, and other peers are served.
func TestHostilePeer(t *testing.T) {
	for _, m := range hostileCases {
		t.Run(m.name, func(t *testing.T) {
			v := newTarget(t, m)
			must(t, v.socket.Bind("tcp://127.0.0.1:*"))
			must(t, v.good.Connect(v.socket.LastEndpoint()))
			v.serves()
			allocated := totalAlloc()
			v.checkCase(dialRaw(t, address(v.socket)), m)
			if grown := totalAlloc() - allocated; grown > 64<<20 {
				t.Errorf("%d MiB were allocated", grown>>20)
			}
		})
	}
}

// TestHostileListener: for every case of a listener to which we connect,
// the connection ends if it must and is tried again, and other endpoints are
// served.
func TestHostileListener(t *testing.T) {
	for _, m := range hostileCases {
		t.Run(m.name, func(t *testing.T) {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			must(t, err)
			t.Cleanup(func() { listener.Close() })
			v := newTarget(t, m)
			must(t, v.good.Bind("tcp://127.0.0.1:*"))
			must(t, v.socket.Connect(v.good.LastEndpoint()))
			v.serves()
			must(t, v.socket.Connect("tcp://"+listener.Addr().String()))
			v.checkCase(acceptRaw(t, listener), m)
			if m.tolerated || v.socket.Type() != zmq.PULL {
				return
			}
			reconnects(v, listener)
		})
	}
}

// reconnects checks that the target is connected again, or connects, and accepts
// messages.
func reconnects(v *target, listener net.Listener) {
	v.Helper()
	for {
		r := acceptRaw(v.T, listener)
		r.write(rawGreeting(1, "NULL"), rawReady("PUSH"), rawMessage("reformed"))
		ctx, lost := context.WithCancel(deadline(v.T))
		go func() {
			_, _ = io.Copy(io.Discard, r)
			lost() // it had timed out when it was accepted: there will be another
		}()
		if v.receivesBefore(ctx, "reformed") {
			return
		}
	}
}

func acceptRaw(t *testing.T, listener net.Listener) *raw {
	t.Helper()
	must(t, listener.(*net.TCPListener).SetDeadline(time.Now().Add(rawTimeout)))
	c, err := listener.Accept()
	must(t, err)
	return newRaw(t, c)
}

// address is the address of a socket that is bound over tcp.
func address(s *zmq.Socket) string { return strings.TrimPrefix(s.LastEndpoint(), "tcp://") }

// totalAlloc is the number of bytes allocated so far, collected or not.
func totalAlloc() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// TestIncompatiblePeerIsTold: a peer with an incompatible type receives an ERROR
// before the connection is closed.
func TestIncompatiblePeerIsTold(t *testing.T) {
	v := newTarget(t, hostileCase{})
	must(t, v.socket.Bind("tcp://127.0.0.1:*"))
	r := dialRaw(t, address(v.socket))
	r.write(rawGreeting(1, "NULL"), rawReady("SUB"))
	if said := r.ended(); !bytes.HasSuffix(said, rawCommand("ERROR", "\x13Invalid-Socket-Type")) {
		t.Errorf("the peer received %q", said)
	}
}

// TestResetInAFrame: half a message is not delivered, and its end does not affect
// other peers.
func TestResetInAFrame(t *testing.T) {
	v := newTarget(t, hostileCase{})
	must(t, v.socket.Bind("tcp://127.0.0.1:*"))
	must(t, v.good.Connect(v.socket.LastEndpoint()))
	for range 20 {
		r := dialRaw(t, address(v.socket))
		r.shakeHands("PUSH")
		r.write(rawMessage("whole"), rawFrame(1, []byte("first of two")), rawHeader(0, 100_000), make([]byte, 50_000))
		v.receives("whole")
		must(t, r.SetLinger(0))
		must(t, r.TCPConn.Close())
		must(t, v.good.SendBytes(deadline(t), []byte("next")))
		frames, err := v.socket.RecvFrames(deadline(t))
		must(t, err)
		if string(frames[0]) != "next" {
			t.Fatalf("received %.40q", frames)
		}
	}
}

// TestFloodOfHalfOpenConnections: a thousand silent connections keep no other
// peer from connecting, and are closed.
func TestFloodOfHalfOpenConnections(t *testing.T) {
	v := newTarget(t, hostileCase{options: zmq.Options{HandshakeTimeout: time.Second}})
	must(t, v.socket.Bind("tcp://127.0.0.1:*"))
	var strangers []*raw
	many := 1000
	if racecheck.Enabled {
		many = 200
	}
	for range many {
		strangers = append(strangers, dialRaw(t, address(v.socket)))
	}
	must(t, v.good.Connect(v.socket.LastEndpoint()))
	v.serves()
	for _, r := range strangers {
		r.ended()
	}
	v.serves()
}
