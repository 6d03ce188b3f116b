package proactor_test

import (
	"io"
	"net"
	"testing"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/internal/conformance"
)

// echoServer accepts connections and sends back what they send.
type echoServer struct {
	ln     *proactor.Handle
	accept proactor.Operation
}

// echoConn is one connection: its operations and buffer live in it.
type echoConn struct {
	h           *proactor.Handle
	read, write proactor.Operation
	buf         [4096]byte
}

func newEchoServer(d *proactor.Dispatcher, network, address string) (*echoServer, error) {
	ln, err := d.Listen(network, address, nil)
	if err != nil {
		return nil, err
	}
	s := &echoServer{ln: ln}
	s.accept.Handler = s
	ln.Accept(&s.accept)
	return s, nil
}

func (s *echoServer) HandleCompletion(op *proactor.Operation) {
	if op.Err() != nil {
		return
	}
	c := &echoConn{h: op.Handle()}
	c.read.Handler = proactor.HandlerFunc(c.readDone)
	c.write.Handler = proactor.HandlerFunc(c.writeDone)
	c.h.Read(&c.read, c.buf[:])
	s.ln.Accept(op)
}

func (c *echoConn) readDone(op *proactor.Operation) {
	if op.Err() != nil {
		c.h.Close()
		return
	}
	c.h.Write(&c.write, c.buf[:op.N()])
}

func (c *echoConn) writeDone(op *proactor.Operation) {
	if op.Err() != nil {
		c.h.Close()
		return
	}
	c.h.Read(&c.read, c.buf[:])
}

func TestEcho(t *testing.T) {
	for _, name := range workingBackends() {
		if name == "sim" {
			continue // package net cannot reach it
		}
		for _, at := range []struct{ network, address string }{
			{"tcp", "127.0.0.1:0"}, {"tcp", "[::1]:0"}, {"unix", conformance.TempDir(t) + "/echo"},
		} {
			t.Run(name+"/"+at.network, func(t *testing.T) {
				conformance.NeedNetwork(t, name, at.network)
				testEcho(t, name, at.network, at.address)
			})
		}
	}
}

func testEcho(t *testing.T, name, network, address string) {
	d := dispatcher(t, name)
	s, err := newEchoServer(d, network, address)
	if err != nil {
		t.Fatal(err)
	}
	ran := make(chan error)
	go func() { ran <- d.Run() }()
	c, err := net.Dial(network, s.ln.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 5)
	if _, err := c.Write([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(c, got); err != nil || string(got) != "hello" {
		t.Fatalf("read %q, %v", got, err)
	}
	c.Close()
	d.Stop()
	if err := <-ran; err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}
