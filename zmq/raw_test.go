package zmq_test

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"testing"
	"time"
)

// raw is the other end of one of our connections: a plain TCP stream on which a
// test sends any bytes. Each call fails after a time limit.
type raw struct {
	*testing.T
	*net.TCPConn
	in *bufio.Reader // frames are small, and system calls are dear on some systems
}

// Read and WriteTo are those of what is read with.

func (r *raw) Read(b []byte) (int, error) { return r.in.Read(b) }

func (r *raw) WriteTo(w io.Writer) (int64, error) { return r.in.WriteTo(w) }

// rawTimeout bounds each wait. Only a failing test takes that long.
const rawTimeout = 20 * time.Second

func newRaw(t *testing.T, c net.Conn) *raw {
	t.Helper()
	t.Cleanup(func() { c.Close() })
	must(t, c.SetDeadline(time.Now().Add(rawTimeout)))
	return &raw{t, c.(*net.TCPConn), bufio.NewReader(c)}
}

func dialRaw(t *testing.T, address string) *raw {
	t.Helper()
	c, err := net.Dial("tcp", address)
	must(t, err)
	return newRaw(t, c)
}

// write writes parts. If the peer closes the connection meanwhile, ended detects
// it.
func (r *raw) write(parts ...[]byte) {
	for _, b := range parts {
		if _, err := r.Write(b); err != nil {
			return
		}
	}
}

// writeBytewise writes one byte at a time, each in a segment of its own as far as that
// can be had (Go's connections have TCP_NODELAY).
func (r *raw) writeBytewise(parts ...[]byte) {
	r.Helper()
	for _, part := range parts {
		for i := range part {
			_, err := r.Write(part[i : i+1])
			must(r.T, err)
		}
	}
}

// shakeHands completes the handshake as a socket of the given type.
func (r *raw) shakeHands(socketType string) {
	r.Helper()
	r.write(rawGreeting(1, "NULL"), rawReady(socketType))
	r.readHandshake()
}

func (r *raw) readHandshake() {
	r.Helper()
	_, err := io.ReadFull(r, make([]byte, 64))
	must(r.T, err)
	if flags, body := r.readFrame(); flags != 4 || string(body[:6]) != "\x05READY" {
		r.Fatalf("a frame with flags %#x and body %.20q instead of READY", flags, body)
	}
}

// readFrame reads a frame.
func (r *raw) readFrame() (flags byte, body []byte) {
	r.Helper()
	var header [9]byte
	_, err := io.ReadFull(r, header[:2])
	must(r.T, err)
	size := uint64(header[1])
	if header[0]&2 != 0 {
		_, err = io.ReadFull(r, header[2:])
		must(r.T, err)
		size = binary.BigEndian.Uint64(header[1:])
	}
	body = make([]byte, size)
	_, err = io.ReadFull(r, body)
	must(r.T, err)
	return header[0], body
}

// ended waits until our side closes the connection and returns what it sent
// before that.
func (r *raw) ended() []byte {
	r.Helper()
	said, err := io.ReadAll(r)
	if timeout, ok := err.(net.Error); ok && timeout.Timeout() {
		r.Fatal("the connection is still open")
	}
	return said // a reset is an end as well: it follows when not all was read
}

// rawGreetingSize is the length of a greeting in bytes.
const rawGreetingSize = 64

func rawGreeting(minor byte, mechanism string) []byte {
	b := make([]byte, rawGreetingSize)
	b[0], b[9], b[10], b[11] = 0xff, 0x7f, 3, minor
	copy(b[12:32], mechanism)
	return b
}

// rawFrame is a frame, with a long size if the body needs it.
func rawFrame(flags byte, body []byte) []byte {
	if len(body) < 256 {
		return append([]byte{flags, byte(len(body))}, body...)
	}
	return append(rawHeader(flags, uint64(len(body))), body...)
}

// rawHeader is the header of a frame with a long size.
func rawHeader(flags byte, size uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte{flags | 2}, size)
}

func rawCommand(name, data string) []byte {
	return rawFrame(4, []byte(string(rune(len(name)))+name+data))
}

func rawProperty(name, value string) string {
	return string(rune(len(name))) + name + string(binary.BigEndian.AppendUint32(nil, uint32(len(value)))) + value
}

func rawReady(socketType string) []byte {
	return rawCommand("READY", rawProperty("Socket-Type", socketType))
}

func rawMessage(text string) []byte { return rawFrame(0, []byte(text)) }
