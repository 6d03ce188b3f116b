package main

import (
	"bytes"
	"io"
	"net"
	"testing"

	"github.com/actum-go/actum/proactor"
)

// What does not fit into the buffer comes back in pieces, and all of it.
func TestEcho(t *testing.T) {
	for _, backend := range []string{"auto", "epoll", "goroutine"} {
		t.Run(backend, func(t *testing.T) {
			d, err := proactor.New(proactor.Options{Backend: backend})
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			listener, err := d.Listen("tcp", "127.0.0.1:0", nil)
			if err != nil {
				t.Fatal(err)
			}
			new(server).start(listener)
			go d.Run()
			for _, size := range []int{1, 64, 4096, 1 << 20} {
				ask(t, listener.LocalAddr().String(), size)
			}
		})
	}
}

func ask(t *testing.T, address string, size int) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	request := make([]byte, size)
	for i := range request {
		request[i] = byte(i * 7)
	}
	go conn.Write(request)
	answer := make([]byte, size)
	if _, err := io.ReadFull(conn, answer); err != nil || !bytes.Equal(answer, request) {
		t.Errorf("%d bytes: %v, or other bytes than were sent", size, err)
	}
}
