package main

import (
	"bytes"
	"io"
	"net"
	"testing"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/group"
)

// A request that does not fit into the buffer is answered in pieces, completely, with
// every strategy.
func TestEcho(t *testing.T) {
	with := func(o proactor.Options) strategy {
		return strategy{Options: group.Options{Options: o}}
	}
	several := with(proactor.Options{})
	several.Dispatchers = 2
	strands := with(proactor.Options{Pool: proactor.Pool{Min: 2}})
	strands.strands = true
	for name, s := range map[string]strategy{
		"default":    with(proactor.Options{}),
		"epoll":      with(proactor.Options{Backend: proactor.Named("epoll")}),
		"goroutine":  with(proactor.Options{Backend: proactor.Named("goroutine")}),
		"unrecorded": with(proactor.Options{Record: proactor.RecordOptions{Off: true}}),
		"several":    several,
		"strands":    strands,
	} {
		t.Run(name, func(t *testing.T) {
			g, err := group.New(s.Options)
			if err != nil {
				t.Fatal(err)
			}
			defer g.Close()
			listener, err := g.Dispatchers()[0].Listen("tcp", "127.0.0.1:0", nil)
			if err != nil {
				t.Fatal(err)
			}
			newServer(g, listener, s.strands).start()
			go g.Run()
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
